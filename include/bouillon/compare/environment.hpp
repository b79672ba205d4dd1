// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/to_string.hpp>
#include <bouillon/version.hpp>

#include <array>
#include <cstddef>
#include <ctime>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace bouillon {

/// Where and with what a comparison was made.
struct environment {
    std::string compiler = {};          ///< name and version
    bool optimised = false;             ///< whether the compiler optimised
    std::string bouillon_version = {};  ///< of the headers
    std::string date = {};              ///< YYYY-MM-DD, of the world's time
    std::size_t cpus = 0;               ///< that the process may use

    /// Names and values, in words, in the order in which files have them.
    std::vector<std::pair<std::string, std::string>> fields() const {
        return {{"bouillon", bouillon_version},
                {"compiler", compiler},
                {"optimised", optimised ? "yes" : "no"},
                {"date", date},
                {"cpus", to_string(cpus)}};
    }
};

namespace detail {

inline std::string compiler_name() {
#if defined(__clang__)
    return std::string("clang ") + __clang_version__;
#elif defined(__GNUC__)
    return std::string("g++ ") + __VERSION__;
#else
    return "unknown";
#endif
}

inline std::string today() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    std::array<char, 16> text{};
    return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d", &parts)};
}

}  // namespace detail

/// An environment on one line: "bouillon 0.1.0, compiler g++ 12.2.0, optimised yes, date 2026-11-30, cpus 2".
inline std::string environment_line(const environment& here) {
    std::string line;
    for (const auto& [name, value] : here.fields()) line += (line.empty() ? "" : ", ") + name + ' ' + value;
    return line;
}

/// What this program was built with and runs on.
/// @param date as it is to be written; empty: today's
inline environment this_environment(std::string date = {}) {
    environment here;
    here.compiler = detail::compiler_name();
#ifdef __OPTIMIZE__
    here.optimised = true;
#endif
    here.bouillon_version = version;
    here.date = date.empty() ? detail::today() : std::move(date);
    here.cpus = std::thread::hardware_concurrency();
    return here;
}

}  // namespace bouillon
