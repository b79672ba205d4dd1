// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/folder/directory_names.hpp>
#include <bouillon/checkpoint/folder/file_role.hpp>
#include <bouillon/checkpoint/folder/sharded_content.hpp>
#include <bouillon/checkpoint/folder/stored_form.hpp>
#include <bouillon/checkpoint/folder/unread_formats.hpp>
#include <bouillon/checkpoint/input_file.hpp>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace bouillon::detail {

/// PyTorch's distributed checkpoint in the directory itself.
inline directory_content distributed_in(const directory_names& names) {
    const auto files = names.files_that([](const std::string& name) { return name.ends_with(".distcp"); });
    const bool complete = names.has_file(".metadata");
    if (files.empty() && !complete) return {};
    directory_content content{stored_form::distributed, names.directory, names.paths(files), "", "", {}};
    if (!complete)
        content.unfinished =
            names.directory.string() + ": holds " + files[0] + ", but not .metadata, which is written last";
    else if (files.empty())
        content.unfinished = names.directory.string() + ": holds .metadata, but no .distcp file";
    return content;
}

/// Files of which each process of a training wrote one: a single one is the model, several hold parts of tensors.
/// @param names of the files, in the directory
inline directory_content file_of_processes(const directory_names& names, const std::vector<std::string>& files) {
    if (files.empty()) return {};
    directory_content content{stored_form::pytorch, names.directory / files[0], names.paths(files), "", "", {}};
    if (files.size() > 1)
        content.refused =
            names.directory.string() + ": " + files[0] + ", " + files[1] + (files.size() > 2 ? " ..." : "") +
            " hold parts of tensors (tensor or pipeline parallel), " +
            "which are not put together; convert the checkpoint to Hugging Face's layout, or save it as " +
            "PyTorch's distributed checkpoint (torch_dist)";
    return content;
}

/// Megatron's files below `mp_rank_...`, one a process.
inline std::vector<std::string> megatron_files(const directory_names& names) {
    std::vector<std::string> files;
    for (const auto& process : names.directories) {
        std::error_code unreadable;
        const auto file = std::filesystem::path(process) / "model_optim_rng.pt";
        if (process.starts_with("mp_rank_") && exists(names.directory / file, unreadable))
            files.push_back(file.string());
    }
    return files;
}

/// The files of torch.save that trainers write under names of their own.
inline directory_content trainer_files_in(const directory_names& names) {
    for (const auto& name : names.files)
        if (const auto why = why_not_whole(name); !why.empty())
            return {stored_form::pytorch,
                    names.directory / name,
                    {names.directory / name},
                    (names.directory / name).string() + ": " + why,
                    "",
                    {}};
    for (const char* const name : {"pytorch_model_fsdp.bin", "lit_model.pth", "model.pt", "model.pth"})
        if (const auto path = names.directory / name; names.has_file(name))
            return {stored_form::pytorch, path, {path}, "", "", {}};
    auto content = file_of_processes(names, names.files_that([](const std::string& name) {
        return name.starts_with("mp_rank_") && name.ends_with("_model_states.pt");
    }));
    if (content.is_known()) return content;
    content = file_of_processes(names, megatron_files(names));
    if (content.is_known()) return content;
    return file_of_processes(names, names.files_that([](const std::string& name) {
        return name.starts_with("consolidated.") && name.ends_with(".pth");
    }));
}

/// A file of torch.save, whatever its name, where it is the only one of weights and no directory is beside it.
inline directory_content only_file_in(const directory_names& names) {
    constexpr auto extensions = std::to_array<std::string_view>({".pt", ".pth", ".ckpt"});
    const auto files = names.files_that([](const std::string& name) { return role_of(name) == file_role::weights; });
    if (files.size() != 1 || !any_ends(extensions, files[0]) || !names.directories.empty()) return {};
    return {stored_form::pytorch, names.directory / files[0], names.paths(files), "", "", {}};
}

/// The directory that DeepSpeed's file `latest` names, else the only one called `global_step...`.
inline std::optional<std::string> deepspeed_directory(const directory_names& names) {
    const auto file = names.directory / "latest";
    std::error_code unreadable;
    std::string latest = names.has_file("latest") && file_size(file, unreadable) < 256 ? read_file(file) : "";
    latest.erase(std::min(latest.find_first_of("\r\n \t"), latest.size()));
    const auto stem = latest.empty() ? "global_step" : latest.substr(0, latest.find_first_of("0123456789"));
    std::vector<std::string> alike;
    for (const auto& below : names.directories)
        if (below.starts_with(stem) && !below.ends_with("_universal")) alike.push_back(below);
    if (alike.size() != 1 || (!latest.empty() && alike[0] != latest)) return std::nullopt;  // a run's folder, or none
    return alike[0];
}

/// A checkpoint in the one directory below in which a trainer keeps the weights.
inline directory_content below(const directory_names& names) {
    for (const char* const part : {"model_and_optim", "pytorch_model_fsdp_0", "weights", "model", "sharded"}) {
        if (!names.directories.contains(part)) continue;
        const auto inner = names_in(names.directory / part);
        for (auto* const find : {&distributed_in, &pieces_in})
            if (auto content = find(inner); content.is_known()) return content;
    }
    const auto deepspeed = deepspeed_directory(names);
    if (!deepspeed) return {};
    const auto inner = names_in(names.directory / *deepspeed);
    auto content = trainer_files_in(inner);
    return content.is_known() ? content : distributed_in(inner);
}

/// Nanotron's files of parameters.
inline directory_content parameter_files_in(const directory_names& names) {
    if (!names.directories.contains("model")) return {};
    directory_content content{stored_form::parameter_files, names.directory / "model", {}, "", "", {}};
    std::error_code unreadable;
    for (std::filesystem::recursive_directory_iterator at(content.place, unreadable), end; at != end;
         at.increment(unreadable)) {
        const auto name = at->path().filename().string();
        if ((name.starts_with("model_weight") || name.starts_with("model_bias")) && name.ends_with(".safetensors"))
            content.weights.push_back(at->path());
    }
    std::sort(content.weights.begin(), content.weights.end());
    return content.weights.empty() ? directory_content{} : content;
}

}  // namespace bouillon::detail
