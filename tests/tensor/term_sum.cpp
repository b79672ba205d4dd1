// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/term_sum.hpp>

#include <doctest/doctest.h>

#include <array>

using namespace bouillon;
using namespace bouillon::detail;

TEST_CASE("a sum is in float64 when any tensor of it is") {
    const weighted_term narrow{nullptr, dtype::bf16, 1}, wide{nullptr, dtype::f64, 1};
    CHECK_FALSE(sums_in_double(std::array{narrow}, dtype::f32));
    CHECK(sums_in_double(std::array{narrow, wide}, dtype::f32));
    CHECK(sums_in_double(std::array{narrow}, dtype::f64));
}

TEST_CASE("a sum has a term for each input whose coefficient is not 0") {
    const std::array<float, 2> values = {1, 2};
    const tensor_view input{reinterpret_cast<const std::byte*>(values.data()), 2, dtype::f32};
    std::array<float, 2> sums = {};
    const mutable_tensor_view output{reinterpret_cast<std::byte*>(sums.data()), 2, dtype::f32};
    const auto sum = make_term_sum(std::array{input, input, input}, std::array{0.5, 0.0, 0.25}, output);
    REQUIRE(sum.terms.size() == 2);
    CHECK(sum.terms[0].coefficient == 0.5);
    CHECK(sum.terms[1].narrow == 0.25f);
}

TEST_CASE("sums are made in one pass where they have the same inputs, and float32 is enough for both") {
    const std::array<float, 2> values = {1, 2};
    const weighted_term first{reinterpret_cast<const std::byte*>(&values[0]), dtype::f32, 0.5};
    const weighted_term second{reinterpret_cast<const std::byte*>(&values[1]), dtype::f32, 0.5};
    const mutable_tensor_view narrow{nullptr, 1, dtype::f32}, wide{nullptr, 1, dtype::f64};
    const term_sum both{{first, second}, narrow};
    CHECK(have_same_inputs(both, {{first, second}, narrow}));
    CHECK_FALSE(have_same_inputs(both, {{first}, narrow}));
    CHECK_FALSE(have_same_inputs(both, {{second, first}, narrow}));
    CHECK_FALSE(have_same_inputs(both, {{first, second}, wide}));
    CHECK_FALSE(have_same_inputs({{}, narrow}, {{}, narrow}));
}
