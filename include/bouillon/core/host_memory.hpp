// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <unistd.h>

namespace bouillon {

namespace detail {

/// The number that follows a name in a file of names and numbers.
inline std::optional<std::size_t> number_after(const std::filesystem::path& file, std::string_view name) {
    std::ifstream lines(file);
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with(name) && line.find_first_of(": ") == name.size())
            return std::strtoull(line.c_str() + name.size() + 1, nullptr, 10);
    return std::nullopt;
}

/// A file's one number; nothing where it says "max" or is not there.
inline std::optional<std::size_t> number_in(const std::filesystem::path& file) {
    std::size_t number = 0;
    if (std::ifstream(file) >> number) return number;
    return std::nullopt;
}

/// How one version of Linux's control groups names its files.
struct control_group_files {
    std::string_view root, limit, used, files_in_memory[2];
};

/// What is left of a group's limit, with the files in memory that would make room.
inline std::optional<std::size_t> left_of_group(const std::filesystem::path& group, const control_group_files& names) {
    const auto limit = number_in(group / names.limit), used = number_in(group / names.used);
    if (!limit || !used) return std::nullopt;
    std::size_t held = *used;
    for (const auto name : names.files_in_memory)
        held -= std::min(held, number_after(group / "memory.stat", name).value_or(0));
    return *limit - std::min(*limit, held);
}

inline std::optional<std::size_t> smaller(std::optional<std::size_t> a, std::optional<std::size_t> b) {
    if (!a || !b) return a ? a : b;
    return std::min(*a, *b);
}

/// What is left of the tightest limit of the groups that this process is in.
inline std::optional<std::size_t> left_of_groups(const std::filesystem::path& root) {
    constexpr control_group_files second{
        "sys/fs/cgroup", "memory.max", "memory.current", {"inactive_file", "active_file"}};
    constexpr control_group_files first{"sys/fs/cgroup/memory",
                                        "memory.limit_in_bytes",
                                        "memory.usage_in_bytes",
                                        {"total_inactive_file", "total_active_file"}};
    std::optional<std::size_t> left;
    std::ifstream groups(root / "proc/self/cgroup");
    for (std::string line; std::getline(groups, line);) {  // e.g. "0::/user.slice" or "4:memory:/user.slice"
        const auto path = line.find(":/");
        if (path == std::string::npos) continue;
        const bool is_second = line.starts_with("0::");
        if (!is_second && line.find("memory") > path) continue;
        const auto& names = is_second ? second : first;
        std::filesystem::path group = line.substr(path + 2);
        for (;; group = group.parent_path()) {
            left = smaller(left, left_of_group(root / names.root / group, names));
            if (group.empty()) break;
        }
    }
    return left;
}

/// What is left of the limit on this process's address space (`ulimit -v`), where there is one.
inline std::optional<std::size_t> left_of_address_space(const std::filesystem::path& root) {
    rlimit limit{};
    const auto pages = number_in(root / "proc/self/statm");
    if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY || !pages) return std::nullopt;
    const std::size_t used = *pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    return limit.rlim_cur - std::min<std::size_t>(limit.rlim_cur, used);
}

}  // namespace detail

/// Memory of this machine that a program may still take.
///
/// What the system calls available, or what is left of the limits of the process's control groups (a container's, say)
/// or of its address space (`ulimit -v`) where that is less.
/// @param root where the system's proc and sys are
/// @returns bytes, or nothing where the system does not say
inline std::optional<std::size_t> available_host_memory(const std::filesystem::path& root = "/") {
    auto available = detail::number_after(root / "proc/meminfo", "MemAvailable");
    if (available) *available *= 1024;
    return detail::smaller(detail::smaller(available, detail::left_of_groups(root)),
                           detail::left_of_address_space(root));
}

}  // namespace bouillon
