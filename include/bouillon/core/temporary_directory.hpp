// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace bouillon {

/// A directory that nobody else uses and that goes when its owner does.
class temporary_directory {
 public:
    /// @throws work_error when it cannot be made in `parent`
    explicit temporary_directory(const std::filesystem::path& parent = std::filesystem::temp_directory_path()) {
        std::string name = (parent / "bouillon-XXXXXX").string();
        if (!::mkdtemp(name.data()))
            throw work_error(name + ": cannot be made: " + std::system_category().message(errno));
        path_ = name;
    }
    ~temporary_directory() {
        std::error_code ignored;
        if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
    }
    /// Takes another's directory over, which then has none.
    temporary_directory(temporary_directory&& other) noexcept : path_(std::exchange(other.path_, {})) {}
    temporary_directory& operator=(temporary_directory&& other) noexcept {
        std::swap(path_, other.path_);
        return *this;
    }

    /// Where it is.
    const std::filesystem::path& path() const { return path_; }

 private:
    std::filesystem::path path_;
};

}  // namespace bouillon
