// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/list_directory.hpp>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace bouillon::detail {

/// The names in a directory, links followed.
struct directory_names {
    std::filesystem::path directory;
    std::set<std::string, std::less<>> files, directories;

    bool has_file(std::string_view name) const { return files.contains(name); }

    /// The files for which `wanted` holds, in their order.
    template <class Wanted>
    std::vector<std::string> files_that(const Wanted& wanted) const {
        std::vector<std::string> names;
        std::copy_if(files.begin(), files.end(), std::back_inserter(names), wanted);
        return names;
    }

    std::vector<std::filesystem::path> paths(const std::vector<std::string>& names) const {
        std::vector<std::filesystem::path> whole;
        for (const auto& name : names) whole.push_back(directory / name);
        return whole;
    }
};

/// @throws input_error when it cannot be listed
inline directory_names names_in(const std::filesystem::path& directory) {
    directory_names names{directory, {}, {}};
    for (const auto& item : list_directory(directory)) {
        std::error_code dangling;
        const auto name = item.path().filename().string();
        if (item.is_directory(dangling))
            names.directories.insert(name);
        else if (item.is_regular_file(dangling))
            names.files.insert(name);
    }
    return names;
}

}  // namespace bouillon::detail
