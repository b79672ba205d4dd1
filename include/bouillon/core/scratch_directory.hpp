// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/file_descriptor.hpp>

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <string>
#include <sys/file.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace bouillon {

/// A directory for large files that goes when its owner does, also where that was killed: the next one that is made
/// beside it removes it.
///
/// Its owner holds a lock on it, which the system releases however the owner ends.
class scratch_directory {
 public:
    /// @param parent where it is made
    /// @throws work_error when it cannot be
    explicit scratch_directory(const std::filesystem::path& parent) {
        // Held until the new one is locked: nobody then takes it for an abandoned one.
        const detail::file_descriptor turn = open_directory(parent);
        if (lock(turn, LOCK_EX)) remove_abandoned(parent);
        std::string name = (parent / (std::string(prefix) + "XXXXXX")).string();
        if (!::mkdtemp(name.data()))
            throw work_error(name + ": cannot be made: " + std::generic_category().message(errno));
        path_ = name;
        owned_ = open_directory(path_);
        lock(owned_, LOCK_EX);
    }
    ~scratch_directory() {
        std::error_code ignored;
        if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
    }
    /// Takes another's directory over, which then has none.
    scratch_directory(scratch_directory&& other) noexcept
        : path_(std::exchange(other.path_, {})), owned_(std::move(other.owned_)) {}
    scratch_directory& operator=(scratch_directory&& other) noexcept {
        std::swap(path_, other.path_);
        std::swap(owned_, other.owned_);
        return *this;
    }

    /// Where it is.
    const std::filesystem::path& path() const { return path_; }

 private:
    static constexpr const char* prefix = "bouillon-scratch-";

    static detail::file_descriptor open_directory(const std::filesystem::path& path, int flags = 0) {
        return detail::file_descriptor(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | flags));
    }
    /// Whether the lock is held then; a file system that has none lets nothing be removed.
    static bool lock(const detail::file_descriptor& directory, int how) {
        return directory.number() >= 0 && ::flock(directory.number(), how) == 0;
    }
    static void remove_abandoned(const std::filesystem::path& parent) {
        std::error_code ignored;
        for (const auto& entry : std::filesystem::directory_iterator(parent, ignored)) {
            if (!entry.path().filename().string().starts_with(prefix)) continue;
            const detail::file_descriptor other = open_directory(entry.path(), O_NOFOLLOW);
            if (lock(other, LOCK_EX | LOCK_NB)) std::filesystem::remove_all(entry.path(), ignored);
        }
    }

    std::filesystem::path path_;
    detail::file_descriptor owned_{-1};
};

}  // namespace bouillon
