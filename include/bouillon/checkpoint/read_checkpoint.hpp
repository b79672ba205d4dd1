// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint_contents.hpp>
#include <bouillon/checkpoint/directory_content.hpp>
#include <bouillon/checkpoint/read_safetensors.hpp>
#include <bouillon/checkpoint/safetensors_pieces.hpp>
#include <bouillon/checkpoint/shard_index.hpp>

#include <filesystem>
#include <string>
#include <system_error>

namespace bouillon::detail {

inline bool is_pytorch_file(const std::filesystem::path& path) {
    const auto extension = path.extension();
    return extension == ".bin" || extension == ".pt" || extension == ".pth" || extension == ".ckpt";
}

inline checkpoint_contents read_form(const directory_content& content, [[maybe_unused]] bool training_state) {
    switch (content.form) {
        case stored_form::safetensors:
            return read_safetensors(content.place);
        case stored_form::safetensors_shards:
            return read_shards(content.place, safetensors_names.extension, read_safetensors);
        case stored_form::safetensors_pieces:
            return read_pieces(content.weights);
        default:
            throw input_error(content.place.string() + ": is not read");
    }
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

/// Finds out what a checkpoint holds and where its tensors lie, whatever its format.
/// @param path a directory in a form of stored_form.hpp, or a file
/// @param training_state whether tensors of an optimizer and a trainer are to be read: where they make up most of the
///     files' headers, those are faster read without
/// @throws input_error for what cannot be opened, breaks a rule of its format, or is not complete
inline checkpoint_contents read_checkpoint(const std::filesystem::path& path, bool training_state) try {
    if (!exists(path)) throw input_error(path.string() + ": no such file or directory");
    if (is_directory(path)) return read_directory(path, training_state);
    if (path.extension() == ".safetensors") return read_safetensors(path);
    throw input_error(path.string() + ": is neither a checkpoint's directory nor a .safetensors file");
} catch (const std::filesystem::filesystem_error& failure) {  // e.g. no permission to look into a directory
    throw input_error(path.string() + ": cannot open: " + failure.code().message());
}

}  // namespace bouillon::detail
