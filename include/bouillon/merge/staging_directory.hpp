// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/file_descriptor.hpp>
#include <bouillon/core/to_string.hpp>

#include <cerrno>
#include <cstddef>
#include <fcntl.h>
#include <filesystem>
#include <string>
#include <string_view>
#include <sys/file.h>
#include <system_error>
#include <unistd.h>

namespace bouillon::detail {

/// Locks a directory until what is returned is closed, by the end of the process at the latest; none where another one
/// has the lock, or where the file system has no locks.
inline file_descriptor lock_directory(const std::filesystem::path& directory) {
    file_descriptor lock(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (lock.number() >= 0 && ::flock(lock.number(), LOCK_EX | LOCK_NB) != 0) return file_descriptor(-1);
    return lock;
}

/// The name, without the numbers that follow, of the directories in which outputs of a name are prepared.
inline std::string staging_prefix(const std::filesystem::path& target) {
    constexpr std::size_t longest = 200;  // of the 255 bytes that a name may have
    return ".bouillon-partial-" + target.filename().string().substr(0, longest) + '-';
}

/// Whether a text is two numbers as staging_directory puts them behind the prefix: "123-0".
inline bool is_process_and_number(std::string_view text) {
    const auto dash = text.find('-');
    if (dash == std::string_view::npos || dash == 0 || dash + 1 == text.size()) return false;
    const auto is_number = [](std::string_view part) {
        return part.find_first_not_of("0123456789") == std::string_view::npos;
    };
    return is_number(text.substr(0, dash)) && is_number(text.substr(dash + 1));
}

/// Removes what killed processes left of outputs of this name: staging directories that nobody has locked. Those of
/// other names stay, because not every file system of a cluster shows another machine's locks.
inline void remove_left_overs(const std::filesystem::path& target) {
    std::error_code unreadable;  // then they stay, which is harmless
    const std::string prefix = staging_prefix(target);
    for (const auto& item : std::filesystem::directory_iterator(target.parent_path(), unreadable)) {
        const std::string name = item.path().filename().string();
        if (!name.starts_with(prefix) || !is_process_and_number(std::string_view(name).substr(prefix.size()))) continue;
        const auto lock = lock_directory(item.path());
        if (lock.number() >= 0) remove_all(item.path(), unreadable);
    }
}

/// A hidden directory beside an output, in which it is prepared; it goes with this object.
///
/// It is locked, so that an output that is still being written can be told from one whose process was killed.
class staging_directory {
 public:
    /// Makes the directory, and removes what killed processes left of outputs of that name.
    /// @param target an absolute path; the directory that it is in must exist
    /// @throws filesystem_error when no directory can be made there
    explicit staging_directory(const std::filesystem::path& target) {
        remove_left_overs(target);
        const std::string prefix = staging_prefix(target) + to_string(::getpid()) + '-';
        for (std::size_t i = 0; path_.empty(); ++i) {
            const auto candidate = target.parent_path() / (prefix + to_string(i));
            if (!create_directory(candidate)) continue;
            lock_ = lock_directory(candidate);
            if (exists(candidate)) path_ = candidate;  // else another process took it for a left-over before the lock
        }
    }
    ~staging_directory() {
        std::error_code ignored;  // a left-over is harmless, and there may be an exception on its way
        remove_all(path_, ignored);
    }
    staging_directory(const staging_directory&) = delete;
    staging_directory& operator=(const staging_directory&) = delete;

    const std::filesystem::path& path() const { return path_; }

 private:
    std::filesystem::path path_;
    file_descriptor lock_{-1};
};

}  // namespace bouillon::detail
