// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>

#include <algorithm>
#include <filesystem>
#include <vector>

namespace bouillon::detail {

/// What a directory holds, sorted by name.
/// @throws input_error when it cannot be read
inline std::vector<std::filesystem::directory_entry> list_directory(const std::filesystem::path& path) try {
    std::vector<std::filesystem::directory_entry> items{std::filesystem::directory_iterator(path), {}};
    std::sort(items.begin(), items.end());
    return items;
} catch (const std::filesystem::filesystem_error& failure) {
    throw input_error(path.string() + ": cannot list: " + failure.code().message());
}

}  // namespace bouillon::detail
