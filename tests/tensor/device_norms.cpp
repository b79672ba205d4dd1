// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/device_norms.hpp>

#include <bouillon/tensor/thrust_rows.hpp>

#include <tensor/bf16_numbers.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <vector>

using namespace bouillon;
using namespace bouillon::detail;
using test::bytes_of;

TEST_CASE("moments are a commutative monoid: of parts they are those of the whole") {
    const layer_norm_of_row<dtype::f32, dtype::f32> norm{};
    const auto of = [&](const std::vector<float>& numbers) {
        moments all = norm.nothing();
        for (const float number : numbers) all = norm.merge(all, {1, number, 0});
        return all;
    };
    const moments a = of({1, 2, 4}), b = of({10, -3}), whole = of({1, 2, 4, 10, -3});
    for (const moments& merged : {norm.merge(a, b), norm.merge(b, a), norm.merge(norm.nothing(), whole)}) {
        CHECK(merged.count == 5);
        CHECK(merged.mean == doctest::Approx(2.8));
        CHECK(merged.squares == doctest::Approx(90.8));
    }
}

TEST_CASE("norms read float32 and write bfloat16") {
    const std::array<float, 4> x = {3, 1, -4, 4}, weight = {1, 1, 2, 2}, bias = {0, 0, 5, 5};
    const norm_shape shape{.rows = 2, .width = 2, .weights = 2, .epsilon = 4};
    std::vector<std::uint16_t> output(4);
    const rms_norm_of_row<dtype::f32, dtype::bf16> rms{{bytes_of(x)}, weight.data(), shape, {bytes_of(output)}};
    reduce_rows(thrust_sequential(), 2, rms);
    CHECK(test::numbers_of(output)[0] == 1);  // 3 / sqrt(5 + 4)
    CHECK(test::numbers_of(output)[2] == doctest::Approx(-8 / std::sqrt(20.0)).epsilon(0.004));
    const layer_norm_of_row<dtype::f32, dtype::bf16> layer{
        {bytes_of(x)}, weight.data(), bias.data(), shape, {bytes_of(output)}};
    reduce_rows(thrust_sequential(), 2, layer);
    CHECK(test::numbers_of(output)[0] == doctest::Approx(1 / std::sqrt(5.0)).epsilon(0.004));
    CHECK(test::numbers_of(output)[3] == doctest::Approx(5 + 2 * 4 / std::sqrt(20.0)).epsilon(0.004));
}
