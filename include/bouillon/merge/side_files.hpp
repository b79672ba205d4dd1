// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/input_file.hpp>
#include <bouillon/checkpoint/json_file.hpp>
#include <bouillon/checkpoint/list_directory.hpp>
#include <bouillon/checkpoint/output_file.hpp>
#include <bouillon/core/dtype.hpp>
#include <bouillon/merge/config_type.hpp>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace bouillon::detail {

/// What a checkpoint's directory holds beside its tensors and a merged one needs too.
///
/// All else stays behind: the state of an optimizer, a trainer or a random number generator is not that of the merged
/// model.
inline constexpr auto side_file_names = std::to_array<std::string_view>(
    {"config.json", "generation_config.json", "tokenizer.json", "tokenizer.model", "tokenizer_config.json",
     "special_tokens_map.json", "added_tokens.json", "vocab.json", "vocab.txt", "merges.txt", "chat_template.jinja",
     "chat_template.json", "preprocessor_config.json", "processor_config.json", "video_preprocessor_config.json",
     "LICENSE", "LICENSE.txt"});

inline bool is_side_file(const std::filesystem::path& path) {
    const auto name = path.filename().string();
    return path.extension() == ".py" ||
           std::find(side_file_names.begin(), side_file_names.end(), name) != side_file_names.end();
}

inline void write_file(const std::filesystem::path& path, std::string_view text) {
    output_file file(path);
    file.write(std::as_bytes(std::span(text)));
    file.close();
}

/// Copies config.json, with the type that it names set to `type`.
/// @throws input_error for what is no configuration
inline void copy_config(const std::filesystem::path& source, const std::filesystem::path& destination, dtype type) {
    read_python_object(source);  // refuses what is none
    write_file(destination, with_type(read_file(source), type));
}

/// Copies the side files of directory `source` into directory `destination`, byte for byte but for config.json where
/// `type` is given.
/// @throws input_error for a file that cannot be read
/// @throws work_error for one that cannot be written
inline void copy_side_files(const std::filesystem::path& source, const std::filesystem::path& destination,
                            std::optional<dtype> type) {
    for (const auto& item : list_directory(source)) {
        if (!item.is_regular_file() || !is_side_file(item.path())) continue;
        const auto name = item.path().filename();
        if (type && name == "config.json")
            copy_config(item.path(), destination / name, *type);
        else
            write_file(destination / name, read_file(item.path()));
    }
}

}  // namespace bouillon::detail
