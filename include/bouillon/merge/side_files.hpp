// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/folder/directory_names.hpp>
#include <bouillon/checkpoint/folder/file_role.hpp>
#include <bouillon/checkpoint/input_file.hpp>
#include <bouillon/checkpoint/json_file.hpp>
#include <bouillon/checkpoint/output_file.hpp>
#include <bouillon/core/dtype.hpp>
#include <bouillon/merge/config_type.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace bouillon::detail {

/// What of a checkpoint's directory goes to a merged one: a larger file is rather data than a part of the model.
inline constexpr std::uintmax_t largest_side_file = std::uintmax_t{64} << 20;  // bytes

/// Whether a name is that of code that transformers runs for a model, or that such code may import.
/// @param own_code whether the model names code of its own in its configuration
inline bool is_model_code(std::string_view name, bool own_code) {
    constexpr auto code = std::to_array<std::string_view>(
        {"modeling_", "configuration_", "tokenization_", "processing_", "image_processing_", "feature_extraction_"});
    constexpr auto scripts = std::to_array<std::string_view>(
        {"train", "pretrain", "finetune", "run_", "launch", "eval", "convert_", "setup.", "test_"});
    return any_begins(code, name) || (own_code && !any_begins(scripts, name));
}

/// Whether a file is no weight, no state or script of a trainer, and small.
/// @param own_code as is_model_code() takes it
inline bool is_side_file(const std::filesystem::path& path, bool own_code) {
    const auto name = path.filename().string();
    if (name.starts_with('.') || name == recipe_file_name || role_of(name) != file_role::other) return false;
    if (name.ends_with(".py") && !is_model_code(name, own_code)) return false;
    std::error_code unreadable;
    const auto size = file_size(path, unreadable);
    return !unreadable && size <= largest_side_file;
}

/// The files of a directory below a checkpoint's where they are side files all; of any other, none.
///
/// So a checkpoint below another one, logs and a trainer's state stay behind whole. Links to directories do too.
inline std::vector<std::filesystem::path> side_files_below(const std::filesystem::path& directory, bool own_code) {
    constexpr auto logs = std::to_array<std::string_view>(
        {"wandb", "runs", "logs", "log", "tensorboard", "eval", "evals", "__pycache__"});
    const auto name = directory.filename().string();
    if (name.starts_with('.') || is_symlink(directory) || std::find(logs.begin(), logs.end(), name) != logs.end())
        return {};
    const auto held = names_in(directory);
    std::vector<std::filesystem::path> files;
    for (const auto& file : held.files) {
        if (!is_side_file(directory / file, own_code)) return {};
        files.push_back(directory / file);
    }
    for (const auto& below : held.directories) {
        const auto more = side_files_below(directory / below, own_code);
        if (more.empty()) return {};
        files.insert(files.end(), more.begin(), more.end());
    }
    return files;
}

/// Whether a configuration says that the model has code of its own, under "auto_map".
inline bool has_own_code(const directory_names& names) {
    for (const char* const name : {"config.json", "tokenizer_config.json", "processor_config.json"})
        if (names.has_file(name) && read_file(names.directory / name).find("\"auto_map\"") != std::string::npos)
            return true;
    return false;
}

/// What a checkpoint's directory holds beside its tensors and a merged one needs too, as paths below it.
///
/// These are its small files, in directories as well, that are no weights, no index of them, no state of an optimizer,
/// a trainer or a random number generator, and no script: of those only code of the model. Hidden files stay behind.
/// @throws input_error when the directory cannot be listed
inline std::vector<std::filesystem::path> side_files_of(const std::filesystem::path& checkpoint) {
    const auto names = names_in(checkpoint);
    const bool own_code = has_own_code(names);
    std::vector<std::filesystem::path> files;
    for (const auto& name : names.files)
        if (is_side_file(checkpoint / name, own_code)) files.emplace_back(name);
    for (const auto& below : names.directories)
        for (const auto& file : side_files_below(checkpoint / below, own_code))
            files.push_back(file.lexically_relative(checkpoint));
    return files;
}

inline void write_file(const std::filesystem::path& path, std::string_view text, file_life life) {
    output_file file(path, life);
    file.write(std::as_bytes(std::span(text)));
    file.close();
}

/// Copies config.json, with the type that it names set to `type`.
/// @throws input_error for what is no configuration
inline void copy_config(const std::filesystem::path& source, const std::filesystem::path& destination, dtype type,
                        file_life life) {
    read_python_object(source);  // refuses what is none
    write_file(destination, with_type(read_file(source), type), life);
}

/// Where each side file of a merge comes from, by its path below the merged checkpoint.
using side_file_sources = std::map<std::filesystem::path, std::filesystem::path>;

/// The side files of a checkpoint, of which one that is a single file has none.
/// @param config stands for the checkpoint's own config.json
/// @throws as side_files_of does
inline side_file_sources sources_of(const std::filesystem::path& checkpoint,
                                    const std::optional<std::filesystem::path>& config = {}) {
    side_file_sources sources;
    if (is_directory(checkpoint))
        for (const auto& file : side_files_of(checkpoint)) sources[file] = checkpoint / file;
    if (config) sources["config.json"] = *config;
    return sources;
}

/// Copies side files into a directory, byte for byte but for config.json where `type` is given.
/// @throws input_error for a file that cannot be read
/// @throws work_error for one that cannot be written
inline void copy_side_files(const side_file_sources& sources, const std::filesystem::path& destination,
                            std::optional<dtype> type, file_life life) {
    std::set<std::filesystem::path> directories;  // below
    for (const auto& [file, source] : sources) {
        for (auto below = file.parent_path(); !below.empty(); below = below.parent_path()) directories.insert(below);
        create_directories((destination / file).parent_path());
        if (type && file == "config.json")
            copy_config(source, destination / file, *type, life);
        else
            write_file(destination / file, read_file(source), life);
    }
    if (life == file_life::passing) return;
    for (const auto& below : directories) sync_directory(destination / below);
}

}  // namespace bouillon::detail
