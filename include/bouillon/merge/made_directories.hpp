// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <system_error>
#include <vector>

namespace bouillon::detail {

/// Directories that were missing and are made for an output; without it they go again.
class made_directories {
 public:
    /// Makes `path`, which is absolute, and the directories above it where they are missing.
    /// @throws filesystem_error
    explicit made_directories(const std::filesystem::path& path) {
        std::error_code unreadable;
        for (auto directory = path; !exists(directory, unreadable) && directory != directory.root_path();
             directory = directory.parent_path())
            made_.push_back(directory);
        create_directories(path);
    }
    /// Removes those that were made, unless kept or unless something is in them by now.
    ~made_directories() {
        std::error_code ignored;
        for (const auto& path : made_) std::filesystem::remove(path, ignored);
    }
    made_directories(const made_directories&) = delete;
    made_directories& operator=(const made_directories&) = delete;

    void keep() { made_.clear(); }

 private:
    std::vector<std::filesystem::path> made_;  // the innermost first
};

}  // namespace bouillon::detail
