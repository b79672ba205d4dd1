// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge/non_finite.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <vector>

using namespace bouillon;

namespace {

/// What is found in `size` ones with `value` at element `at`.
std::optional<std::size_t> find(dtype type, std::size_t size, std::size_t at, double value) {
    std::vector<std::byte> data(size * bytes(type) + 1);
    std::byte* const unaligned = data.data() + 1;
    for (std::size_t i = 0; i < size; ++i) store_element(type, unaligned, i, i == at ? value : 1.0);
    return find_non_finite({unaligned, size, type});
}

}  // namespace

TEST_CASE("the first NaN or infinity of every float type is found at every place") {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    for (const dtype type : {dtype::f64, dtype::f32, dtype::f16, dtype::bf16})
        for (const double value : {infinity, -infinity, std::nan(""), -std::nan("")})
            for (std::size_t size = 1; size < 40; ++size)
                for (std::size_t at = 0; at < size; ++at) CHECK(find(type, size, at, value) == at);
}

TEST_CASE("every bit pattern of 16 bits is judged as its value is") {
    for (const dtype type : {dtype::f16, dtype::bf16})
        for (std::size_t bits = 0; bits < 1 << 16; ++bits) {
            const auto value = static_cast<std::uint16_t>(bits);
            const auto* const data = reinterpret_cast<const std::byte*>(&value);
            const bool finite = std::isfinite(load_element<float>(type, data, 0));
            CHECK(find_non_finite({data, 1, type}).has_value() == !finite);
        }
}

TEST_CASE("the largest and the smallest numbers are finite") {
    for (const double value : {std::numeric_limits<double>::max(), std::numeric_limits<double>::lowest(), 0.0, -0.0,
                               std::numeric_limits<double>::denorm_min()})
        CHECK_FALSE(find(dtype::f64, 5, 3, value));
    for (const float value : {std::numeric_limits<float>::max(), -std::numeric_limits<float>::denorm_min()})
        CHECK_FALSE(find(dtype::f32, 5, 3, value));
    CHECK_FALSE(find(dtype::f32, 0, 0, 0));
}
