// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/device_elements.hpp>

#include <tensor/bf16_numbers.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <vector>

using namespace bouillon;
using namespace bouillon::detail;
using test::bytes_of;
using test::numbers_of;
using test::to_bf16;

// Every operation in float32 is compared with float64 by the laws of a backend (thrust_backend.cpp). Here they read and
// write bfloat16.

TEST_CASE("an element of bfloat16 is read as it is and written rounded to nearest") {
    std::vector<std::uint16_t> stored = to_bf16({1.5f, -2});
    const device_floats<dtype::bf16, std::byte> floats{bytes_of(stored)};
    CHECK(floats[0] == 1.5f);
    floats.set(1, 1.0f + 0x1p-8f + 0x1p-20f);
    CHECK(floats[1] == 1.0f + 0x1p-7f);
}

TEST_CASE("rows of one type are taken from a table, and elements converted, in another") {
    const std::array<float, 6> table = {0, 1, 2, 3, 4, 5};
    const std::array<std::int32_t, 2> rows = {2, 0};
    std::vector<std::uint16_t> taken(4);
    for (std::size_t i = 0; i < 4; ++i)
        embed_element<dtype::f32, dtype::bf16>{{bytes_of(table)}, rows.data(), 2, {bytes_of(taken)}}(i);
    CHECK(numbers_of(taken) == std::vector<float>{4, 5, 0, 1});
    std::vector<float> wide(4);
    for (std::size_t i = 0; i < 4; ++i)
        convert_element<dtype::bf16, dtype::f32>{{bytes_of(taken)}, {bytes_of(wide)}}(i);
    CHECK(wide == std::vector<float>{4, 5, 0, 1});
}

TEST_CASE("packets of a gate have the numbers that single elements have") {
    std::vector<float> gate, up;
    for (int i = 0; i < 16; ++i) gate.push_back(0.25f * static_cast<float>(i - 8)), up.push_back(1.5f);
    auto packets = to_bf16(gate), elements = packets;
    const auto factors = to_bf16(up);
    const activation_function silu{.kind = activation::silu};
    for (std::size_t i = 0; i < 2; ++i)
        activate_gated_packet<dtype::bf16, 8>{silu, bytes_of(packets), bytes_of(factors)}(i);
    for (std::size_t i = 0; i < 16; ++i)
        activate_gated_packet<dtype::bf16, 1>{silu, bytes_of(elements), bytes_of(factors)}(i);
    CHECK(packets == elements);
    CHECK(numbers_of(packets)[12] == doctest::Approx(1.5 / (1 + std::exp(-1.0))).epsilon(0.004));
}

TEST_CASE("biases, factors, limits and rotations change elements of bfloat16 in place") {
    auto x = to_bf16({3, 4, 5, 6});
    const device_floats<dtype::bf16, std::byte> floats{bytes_of(x)};
    const std::array<float, 2> bias = {1, -1}, cosines = {0, 0}, sines = {1, 1};
    const std::array<std::int32_t, 1> positions = {0};
    for (std::size_t i = 0; i < 4; ++i) add_bias_element<dtype::bf16>{bias.data(), 2, floats}(i);
    CHECK(numbers_of(x) == std::vector<float>{4, 3, 6, 5});
    for (std::size_t i = 0; i < 4; ++i) scale_element<dtype::bf16>{2, floats}(i);
    for (std::size_t i = 0; i < 4; ++i) clamp_element<dtype::bf16>{10, floats}(i);
    CHECK(numbers_of(x) == std::vector<float>{8, 6, 10, 10});
    for (std::size_t i = 0; i < 2; ++i)
        rotate_pair<dtype::bf16>{floats, cosines.data(), sines.data(), positions.data(), 1, 4, 2}(i);
    CHECK(numbers_of(x) == std::vector<float>{-10, -10, 8, 6});
    std::vector<float> sum(4, 1);
    for (std::size_t i = 0; i < 4; ++i) add_scaled_element<dtype::bf16>{{bytes_of(x)}, 0.5f, sum.data()}(i);
    CHECK(sum == std::vector<float>{-4, -4, 5, 4});
}
