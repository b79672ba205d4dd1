// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/checkpoint_tensor.hpp>

#include <doctest/doctest.h>

#include <cstdint>

using namespace bouillon;

namespace {
std::size_t stored_size(dtype type, std::vector<std::size_t> shape) {
    return detail::storage_size({"x", type, std::move(shape)}, "f");
}
}  // namespace

TEST_CASE("a tensor has as many elements as the product of its dimensions") {
    CHECK(checkpoint_tensor{"x", dtype::f32, {3, 4, 5}}.elements() == 60);
    CHECK(checkpoint_tensor{"x", dtype::f32, {}}.elements() == 1);
    CHECK(checkpoint_tensor{"x", dtype::f32, {7, 0}}.elements() == 0);
}

TEST_CASE("stored size counts packed elements by their bits") {
    CHECK(stored_size(dtype::bf16, {3, 5}) == 30);
    CHECK(stored_size(dtype::c64, {}) == 8);
    CHECK(stored_size(dtype::f4, {1, 2}) == 1);
    CHECK(stored_size(dtype::f6_e2m3, {4}) == 3);
    CHECK_THROWS_WITH_AS(stored_size(dtype::f4, {1, 3}),
                         "f: tensor \"x\" of shape [1, 3] and type F4 does not fill whole bytes", input_error);
}

TEST_CASE("stored size overflows as the reference reader says and not around 2^64") {
    const std::size_t huge = std::size_t{1} << 63;
    CHECK_THROWS_WITH_AS(stored_size(dtype::u8, {2, huge}),
                         "f: tensor \"x\" of shape [2, 9223372036854775808] and type U8 has more than 2^64 elements",
                         input_error);
    CHECK_THROWS_WITH_AS(stored_size(dtype::u8, {huge}),
                         "f: tensor \"x\" of shape [9223372036854775808] and type U8 has more than 2^64 bits",
                         input_error);
    CHECK_THROWS_AS(stored_size(dtype::u8, {huge, huge, 0}), input_error);  // the product is formed from the left
    CHECK(stored_size(dtype::u8, {0, huge, huge}) == 0);
}

TEST_CASE("a shape is shown as a list") {
    CHECK(to_string(std::vector<std::size_t>{1024, 96}) == "[1024, 96]");
    CHECK(to_string(std::vector<std::size_t>{}) == "[]");
}
