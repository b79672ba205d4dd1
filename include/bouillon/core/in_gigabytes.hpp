// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/to_string.hpp>

#include <cstddef>
#include <string>

namespace bouillon::detail {

/// A number of bytes for people, e.g. "9.9 GB", "330 MB".
inline std::string in_gigabytes(std::size_t bytes) {
    if (bytes < 1'000'000'000) return to_string((bytes + 999'999) / 1'000'000) + " MB";
    const std::size_t tenths = (bytes + 50'000'000) / 100'000'000;
    return to_string(tenths / 10) + '.' + to_string(tenths % 10) + " GB";
}

}  // namespace bouillon::detail
