// SPDX-License-Identifier: Apache-2.0
#include <bouillon/testing/host_tensor.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>
#include <vector>

using namespace bouillon;
using namespace bouillon::detail;

TEST_CASE("a host tensor stores with one rounding, at an odd address") {
    host_tensor tensor(dtype::bf16, 3);
    tensor.set(1, 1 + 0x1p-9);
    CHECK(tensor[1] == 1);
    CHECK(tensor.view().size == 3);
    CHECK(tensor.view().data == tensor.memory.data() + 1);
}

TEST_CASE("the pinned sum leaves inputs of coefficient 0 out, and their type with them") {
    std::vector<host_tensor> inputs = {host_tensor(dtype::f64, 1), host_tensor(dtype::f32, 1),
                                       host_tensor(dtype::f32, 1)};
    inputs[0].set(0, std::numeric_limits<double>::quiet_NaN());
    inputs[1].set(0, 0x1p24);
    inputs[2].set(0, 1);
    CHECK(pinned_sums(inputs, std::array<double, 3>{0, 1, 1}, dtype::f32)[0] == 0x1p24);  // in float32
    CHECK(pinned_sums(inputs, std::array<double, 3>{0, 1, 1}, dtype::f64)[0] == 0x1p24 + 1);
    CHECK(std::isnan(pinned_sums(inputs, std::array<double, 3>{1, 1, 1}, dtype::f32)[0]));
}

TEST_CASE("values are the same to the bit, but for a NaN's payload") {
    CHECK(same_value(std::nan("1"), std::nan("2")));
    CHECK_FALSE(same_value(0.0, -0.0));
    host_tensor a(dtype::f32, 4), b = a;
    CHECK(first_difference(a, b) == 4);
    b.set(2, -0.0);
    CHECK(first_difference(a, b) == 2);
}

TEST_CASE("a sum that was rounded twice is not rounded once") {
    std::vector<host_tensor> inputs(1, host_tensor(dtype::f64, 1));
    inputs[0].set(0, 1 + 0x1p-8 + 0x1p-40);
    host_tensor sums(dtype::bf16, 1);
    sums.set(0, 1 + 0x1p-7);
    CHECK(rounded_once(sums, inputs, std::vector{1.0}));
    sums.set(0, 1 + 0x1p-6);
    CHECK_FALSE(rounded_once(sums, inputs, std::vector{1.0}));
}

TEST_CASE("neighbouring numbers of a type are as far apart as its digits say") {
    CHECK(spacing(dtype::bf16, 1) == 0x1p-7);
    CHECK(spacing(dtype::f16, 0) == 0x1p-24);
    CHECK(spacing(dtype::f64, 1) == std::numeric_limits<double>::epsilon());
}

TEST_CASE("mixed coefficients hold zeros and ones") {
    std::mt19937 engine(1);
    const auto coefficients = mixed_coefficients(8, engine);
    CHECK(coefficients[3] == 0);
    CHECK(coefficients[2] == 1);
}
