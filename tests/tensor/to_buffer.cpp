// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/to_buffer.hpp>

#include <bouillon/tensor/xtensor_backend.hpp>

#include <doctest/doctest.h>

#include <vector>

using namespace bouillon;

TEST_CASE("numbers are in a buffer as they were in host memory, none at all too") {
    const std::vector<float> values = {1.5f, -0.0f, 3e38f};
    const auto made = detail::to_buffer(xtensor_backend{}, values);
    CHECK(std::vector<float>(made.begin(), made.end()) == values);
    CHECK(detail::to_buffer(xtensor_backend{}, {}).size() == 0);
}
