// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/device_product.hpp>

#include <tensor/device_on_host.hpp>

#include <doctest/doctest.h>

#include <array>
#include <vector>

using namespace bouillon;

TEST_CASE("a product is of rows with steps, a batch of it of matrices with steps, added where it is told so") {
    const std::array<float, 8> a = {1, 2, 0, 0, 3, 4, 0, 0};  // two matrices (1, 2), four elements apart
    const std::array<float, 4> b = {1, 10, 5, 7};             // two matrices (2, 1), shared rows
    std::array<float, 2> output = {100, 200};
    const auto bytes = [](auto& array) { return reinterpret_cast<const std::byte*>(array.data()); };
    device_on_host().multiply({.m = 1,
                               .n = 1,
                               .k = 2,
                               .batch = 2,
                               .alpha = 2,
                               .beta = 1,
                               .transpose_b = true,
                               .a = {bytes(a), dtype::f32, 2, 4},
                               .b = {bytes(b), dtype::f32, 2, 2},
                               .output = {reinterpret_cast<std::byte*>(output.data()), dtype::f32, 1, 1}});
    CHECK(output[0] == 100 + 2 * (1 + 20));
    CHECK(output[1] == 200 + 2 * (15 + 28));
}
