// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/dtype.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace bouillon::test {

inline std::vector<std::uint16_t> to_bf16(const std::vector<float>& numbers) {
    std::vector<std::uint16_t> stored;
    for (const float number : numbers) stored.push_back(float_to_bf16(number));
    return stored;
}

inline std::vector<float> numbers_of(const std::vector<std::uint16_t>& stored) {
    std::vector<float> numbers;
    for (const std::uint16_t bits : stored) numbers.push_back(bf16_to_float(bits));
    return numbers;
}

/// The bytes of an array, as device functors take them.
template <class Array>
auto* bytes_of(Array& array) {
    using byte =
        std::conditional_t<std::is_const_v<std::remove_pointer_t<decltype(array.data())>>, const std::byte, std::byte>;
    return reinterpret_cast<byte*>(array.data());
}

}  // namespace bouillon::test
