// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/dtype.hpp>

#include "checkpoint/files.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace test {

/// Element i of a tensor of one of these types, as a number.
inline double element(std::span<const std::byte> bytes, bouillon::dtype type, std::size_t i) {
    switch (type) {
        case bouillon::dtype::f64:
            return loaded<double>(bytes)[i];
        case bouillon::dtype::f32:
            return loaded<float>(bytes)[i];
        case bouillon::dtype::i64:
            return static_cast<double>(loaded<std::int64_t>(bytes)[i]);
        default:
            return type == bouillon::dtype::bf16 ? bouillon::bf16_to_float(loaded<std::uint16_t>(bytes)[i])
                                                 : bouillon::f16_to_float(loaded<std::uint16_t>(bytes)[i]);
    }
}

}  // namespace test
