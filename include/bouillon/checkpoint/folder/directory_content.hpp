// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/folder/directory_names.hpp>
#include <bouillon/checkpoint/folder/file_role.hpp>
#include <bouillon/checkpoint/folder/sharded_content.hpp>
#include <bouillon/checkpoint/folder/stored_form.hpp>
#include <bouillon/checkpoint/folder/trainer_content.hpp>
#include <bouillon/checkpoint/folder/unread_formats.hpp>

#include <filesystem>
#include <string>
#include <string_view>

namespace bouillon {

namespace detail {

inline directory_content unread_in(const directory_names& names) {
    directory_content content;
    content.refused = why_not_read(names);
    return content;
}

/// What tells that weights should be here and are not.
inline directory_content without_weights(const directory_names& names) {
    directory_content content;
    const auto state =
        names.files_that([](const std::string& name) { return role_of(name) == file_role::trainer_state; });
    const auto say = [&](const std::string& what) { content.unfinished = names.directory.string() + ": " + what; };
    if (names.files.empty() && names.directories.empty())
        say("is empty");
    else if (names.has_file("config.json"))
        say("holds config.json, but no weights");
    else if (!state.empty())
        say("holds " + state[0] + " of a trainer, but no weights");
    else if (names.directories.contains("optimizer_0") || names.directories.contains("optim"))
        say("holds an optimizer's state, but no weights");
    return content;
}

/// Notes PyTorch's files beside those of safetensors, which are read.
inline void note_what_is_beside(directory_content& content, const directory_names& names) {
    if (!std::string_view(content.weights.empty() ? "" : content.weights[0].native()).ends_with(".safetensors")) return;
    for (const auto& name : {pytorch_names.single(), pytorch_names.index()})
        if (names.has_file(name))
            content.notes.push_back((names.directory / name).string() + ": is not read, since " +
                                    content.place.filename().string() + " beside it is");
}

}  // namespace detail

/// What a checkpoint's directory holds, told from names alone.
///
/// Of several forms the first of these is taken: safetensors, PyTorch's `pytorch_model.bin` or shards, a distributed
/// checkpoint, what trainers call their files, and what stands one directory below. Files `consolidated.*` beside any
/// of them, and an optimizer's and a trainer's state, are not looked at. Cost: directories are listed, an index is
/// read.
/// @param directory of one checkpoint
/// @returns a content that is not known for what is no checkpoint, e.g. a run's folder
/// @throws input_error when it cannot be listed
inline directory_content content_of(const std::filesystem::path& directory) {
    const auto names = detail::names_in(directory);
    for (auto* const find : {&detail::safetensors_in, &detail::pieces_in, &detail::pytorch_in, &detail::distributed_in,
                             &detail::trainer_files_in, &detail::below, &detail::parameter_files_in,
                             &detail::only_file_in, &detail::unread_in, &detail::without_weights})
        if (auto content = find(names); content.is_known()) {
            detail::note_what_is_beside(content, names);
            return content;
        }
    return {};
}

}  // namespace bouillon
