// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/folder/directory_content.hpp>
#include <bouillon/checkpoint/folder/file_role.hpp>
#include <bouillon/checkpoint/parameter_files.hpp>
#include <bouillon/checkpoint/pytorch/read_distributed.hpp>
#include <bouillon/checkpoint/pytorch/read_pytorch.hpp>
#include <bouillon/checkpoint/read_checkpoint.hpp>
#include <bouillon/checkpoint/read_safetensors.hpp>
#include <bouillon/checkpoint/safetensors_pieces.hpp>
#include <bouillon/checkpoint/shard_index.hpp>
#include <bouillon/core/compiled.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

namespace bouillon::detail {

inline checkpoint_contents read_form(const directory_content& content, bool training_state) {
    switch (content.form) {
        case stored_form::safetensors:
            return read_safetensors(content.place);
        case stored_form::safetensors_shards:
            return read_shards(content.place, safetensors_names.extension, read_safetensors);
        case stored_form::safetensors_pieces:
            return read_pieces(content.weights);
        case stored_form::pytorch:
            return read_pytorch(content.place);
        case stored_form::pytorch_shards:
            return read_shards(content.place, pytorch_names.extension, read_pytorch);
        case stored_form::distributed:
            return read_distributed(content.place, training_state);
        case stored_form::parameter_files:
            return read_parameter_files(content.place, content.weights);
        case stored_form::none:
            break;
    }
    throw input_error(content.place.string() + ": holds no weights");
}

inline checkpoint_contents read_directory(const std::filesystem::path& directory, bool training_state) {
    const auto content = content_of(directory);
    for (const auto& why : {content.refused, content.unfinished})
        if (!why.empty()) throw input_error(why);
    if (!content.is_known())
        throw input_error(directory.string() + ": holds no weights in a form that is known, such as " +
                          safetensors_names.single() + " or " + safetensors_names.index());
    auto contents = read_form(content, training_state);
    contents.notes.insert(contents.notes.end(), content.notes.begin(), content.notes.end());
    return contents;
}

BOUILLON_DEFINITION checkpoint_contents read_checkpoint(const std::filesystem::path& path, bool training_state) try {
    if (!exists(path)) throw input_error(path.string() + ": no such file or directory");
    if (is_directory(path)) return read_directory(path, training_state);
    if (path.extension() == ".safetensors") return read_safetensors(path);
    if (role_of(path.filename().string()) == file_role::trainer_state)
        throw input_error(path.string() + ": holds the state of an optimizer or a trainer, by its name");
    for (const std::string_view extension : {".bin", ".pt", ".pth", ".ckpt"})
        if (path.extension() == extension) return read_pytorch(path);
    throw input_error(path.string() +
                      ": is neither a checkpoint's directory nor a file of safetensors (.safetensors) "
                      "or of torch.save (.bin, .pt, .pth, .ckpt)");
} catch (const std::filesystem::filesystem_error& failure) {  // e.g. no permission to look into a directory
    throw input_error(path.string() + ": cannot open: " + failure.code().message());
}

}  // namespace bouillon::detail
