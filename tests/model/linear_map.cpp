// SPDX-License-Identifier: Apache-2.0
#include <bouillon/model/linear_map.hpp>

#include <bouillon/tensor/xtensor_backend.hpp>

#include <doctest/doctest.h>

using namespace bouillon;

TEST_CASE("a map has room for its weight, and for a bias where it is biased") {
    using map = detail::linear_map<xtensor_backend::buffer>;
    const auto plain = map::make(xtensor_backend{}, 3, 2, false), biased = map::make(xtensor_backend{}, 3, 2, true);
    CHECK(plain.weight.size() == 6);
    CHECK(plain.bias.size() == 0);
    CHECK(biased.bias.size() == 2);
}
