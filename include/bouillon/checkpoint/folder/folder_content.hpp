// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/folder/directory_content.hpp>
#include <bouillon/checkpoint/folder/file_role.hpp>
#include <bouillon/checkpoint/folder/hub_snapshot.hpp>
#include <bouillon/checkpoint/folder/numbers_in_name.hpp>
#include <bouillon/checkpoint/folder/step_of_name.hpp>
#include <bouillon/checkpoint/list_directory.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace bouillon::detail {

/// A checkpoint of a run, or what could be one.
struct run_item {
    std::filesystem::path path;
    std::string unfinished = {};  ///< why it is not complete
    place_in_run place = {};
};

inline bool is_bare_checkpoint(const std::filesystem::path& file) {
    constexpr auto extensions = std::to_array<std::string_view>({".safetensors", ".pt", ".pth", ".ckpt"});
    const auto name = file.filename().string();
    return any_ends(extensions, name) && role_of(name) == file_role::weights;
}

/// What tells a checkpoint's place: the last component of its path without the extension of a file of weights, or the
/// revision of a snapshot of the Hub; nothing for any other hash.
/// @throws input_error for a snapshot without a revision
inline std::string name_in_run(const std::filesystem::path& path) {
    const auto normal = absolute(path).lexically_normal();
    const auto whole = normal.has_filename() ? normal : normal.parent_path();
    const auto name = whole.filename().string();
    if (is_hash(name)) return whole.parent_path().filename() == "snapshots" ? revision_of_snapshot(whole) : "";
    return is_bare_checkpoint(whole) ? whole.stem().string() : name;
}

/// Whether a name is one under which trainers write what they rename when it is complete.
inline bool is_temporary_name(std::string_view name) {
    constexpr auto begins = std::to_array<std::string_view>({"tmp-", "tmp_", "temp-"});
    constexpr auto ends = std::to_array<std::string_view>({".tmp", "_tmp", "-tmp", ".partial", ".incomplete"});
    return any_begins(begins, name) || any_ends(ends, name) || name.find("checkpoint-tmp-") != name.npos;
}

inline std::string why_unfinished(const std::filesystem::path& path, const directory_content& content) {
    if (!content.unfinished.empty() || !is_temporary_name(path.filename().string())) return content.unfinished;
    return path.string() + ": its name is of one that is still being written";
}

/// Where checkpoints stand, as their names tell it.
inline places_of_names places_of(const std::vector<run_item>& items) {
    std::vector<std::string> names;  // (items)
    for (const auto& item : items) names.push_back(name_in_run(item.path));
    return bouillon::places_of(names);
}

/// What lies in a run's folder and could be a checkpoint of the run.
struct folder_content {
    std::vector<run_item> checkpoints;
    std::vector<std::filesystem::path> left_out;

    /// Leaves out those for which `wanted` (items) is false, unless it is for all.
    void prefer(const std::vector<bool>& wanted) {
        if (std::find(wanted.begin(), wanted.end(), true) == wanted.end()) return;
        std::vector<run_item> kept;
        for (std::size_t k = 0; k < wanted.size(); ++k) {
            if (wanted[k])
                kept.push_back(checkpoints[k]);
            else
                left_out.push_back(checkpoints[k].path);
        }
        checkpoints = std::move(kept);
    }
};

/// Directories in which something tells that they should be checkpoints, where others have names of the same kind.
inline void add_like_others(std::vector<run_item>& checkpoints, const std::vector<run_item>& maybe) {
    std::set<std::string> patterns;
    for (const auto& item : checkpoints) patterns.insert(pattern_of(item.path.filename().string()));
    for (const auto& item : maybe)
        if (patterns.contains(pattern_of(item.path.filename().string()))) checkpoints.push_back(item);
    std::sort(checkpoints.begin(), checkpoints.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
}

/// The checkpoints in a run's folder: directories that hold one, complete or not, or, where there is none, files.
///
/// Files are not looked for in a folder that is a checkpoint itself. Merges are left out where there is anything else,
/// and then names that tell no step where there are some that do. Hidden names are not looked at: unfinished outputs
/// have such.
/// @param is_checkpoint whether the folder is one
/// @throws input_error where names contradict each other, as bouillon::places_of() says
inline folder_content checkpoints_in(const std::filesystem::path& folder, bool is_checkpoint) {
    std::vector<run_item> files, maybe;
    folder_content content;
    for (const auto& item : list_directory(folder)) {
        std::error_code dangling;
        if (item.path().filename().string().starts_with('.')) continue;
        if (!is_checkpoint && item.is_regular_file(dangling) && is_bare_checkpoint(item.path()))
            files.push_back({item.path()});
        if (!item.is_directory(dangling)) continue;
        const auto held = content_of(item.path());
        if (held.is_known())
            (held.form == stored_form::none ? maybe : content.checkpoints)
                .push_back({item.path(), why_unfinished(item.path(), held)});
    }
    add_like_others(content.checkpoints, maybe);
    // Beside directories a file is rather held-out data, whatever number its name has.
    if (content.checkpoints.empty())
        content.checkpoints = std::move(files);
    else
        for (const auto& file : files) content.left_out.push_back(file.path);
    std::vector<bool> wanted;
    for (const auto& item : content.checkpoints) wanted.push_back(!exists(item.path / recipe_file_name));
    content.prefer(wanted);
    wanted.clear();
    for (const auto& place : places_of(content.checkpoints).places) wanted.push_back(place.has_value());
    content.prefer(wanted);
    return content;
}

}  // namespace bouillon::detail
