// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/folder/step_of_name.hpp>
#include <bouillon/checkpoint/input_file.hpp>
#include <bouillon/core/error.hpp>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <system_error>

namespace bouillon::detail {

/// Whether a name is a hash, or the beginning of one: its digits are no number.
inline bool is_hash(std::string_view name) {
    constexpr std::string_view digits = "0123456789";
    if (name.size() < 7 || name.find_first_not_of("0123456789abcdef") != name.npos) return false;
    std::size_t changes = 0;  // between digits and letters
    for (std::size_t k = 1; k < name.size(); ++k)
        changes += (digits.find(name[k]) == digits.npos) != (digits.find(name[k - 1]) == digits.npos);
    return changes > 1;
}

/// The names of revisions that the Hub's cache has for a snapshot's hash, of refs/pr/N none.
/// @param refs the directory `refs` beside `snapshots`, with a file for each revision that holds a hash
inline std::set<std::string> revisions_of(const std::filesystem::path& refs, std::string_view hash) {
    std::set<std::string> revisions;
    std::error_code unreadable;
    for (std::filesystem::recursive_directory_iterator at(refs, unreadable), end; at != end; at.increment(unreadable)) {
        const auto revision = at->path().lexically_relative(refs).generic_string();
        if (!at->is_regular_file(unreadable) || at->file_size(unreadable) > 256 || revision.starts_with("refs/"))
            continue;
        if (std::string_view(read_file(at->path())).substr(0, hash.size()) == hash) revisions.insert(revision);
    }
    return revisions;
}

/// The revision of a snapshot in the Hub's cache, `models--OWNER--NAME/snapshots/HASH`: one that tells a step, if any.
/// @throws input_error where no file of `refs` names it
inline std::string revision_of_snapshot(const std::filesystem::path& snapshot) {
    const auto refs = snapshot.parent_path().parent_path() / "refs";
    const auto revisions = revisions_of(refs, snapshot.filename().string());
    if (revisions.empty())
        throw input_error(snapshot.string() + ": is called by a hash that no file of " + refs.string() +
                          " holds, so nothing tells its step; name the checkpoints to take, in their order");
    const auto telling = std::find_if(revisions.begin(), revisions.end(),
                                      [](const auto& name) { return step_of_name(name).has_value(); });
    return telling == revisions.end() ? *revisions.begin() : *telling;
}

}  // namespace bouillon::detail
