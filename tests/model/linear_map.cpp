// SPDX-License-Identifier: Apache-2.0
#include <bouillon/model/linear_map.hpp>

#include <bouillon/tensor/to_buffer.hpp>
#include <bouillon/tensor/xtensor_backend.hpp>

#include <doctest/doctest.h>

#include <vector>

using namespace bouillon;

TEST_CASE("a map has room for its weight, and for a bias where it is biased") {
    using map = detail::linear_map<xtensor_backend::buffer>;
    const auto plain = map::make(xtensor_backend{}, 3, 2, false), biased = map::make(xtensor_backend{}, 3, 2, true);
    CHECK(plain.weight.size() == 6);
    CHECK(plain.bias.size() == 0);
    CHECK(biased.bias.size() == 2);
}

TEST_CASE("a map is applied with its bias, written or added") {
    const xtensor_backend backend;
    auto map = detail::linear_map<xtensor_backend::buffer>::make(backend, 2, 1, true);
    map.weight = detail::to_buffer(backend, std::vector<float>{2, 3});
    map.bias = detail::to_buffer(backend, std::vector<float>{10});
    const auto x = detail::to_buffer(backend, std::vector<float>{1, 1, 0, 2});
    auto y = backend.make_buffer(2);
    detail::apply(backend, map, x, 2, y);
    CHECK(std::vector<float>(y.begin(), y.end()) == std::vector<float>{15, 16});
    detail::apply(backend, map, x, 2, y, true);
    CHECK(std::vector<float>(y.begin(), y.end()) == std::vector<float>{30, 32});
}

TEST_CASE("a norm is of the kind that its settings say, with their epsilon") {
    const xtensor_backend backend;
    auto norm = detail::norm_weights<xtensor_backend::buffer>::make(backend, 2, 1, true);
    norm.weight = detail::to_buffer(backend, std::vector<float>{1, 1});
    norm.bias = detail::to_buffer(backend, std::vector<float>{5, 5});
    const auto x = detail::to_buffer(backend, std::vector<float>{3, 1});
    auto y = backend.make_buffer(2);
    detail::normalise(backend, x, {.epsilon = 4}, norm, 1, y);
    CHECK(y[0] == 1);  // 3 / sqrt(5 + 4)
    detail::normalise(backend, x, {.kind = norm_settings::function::layer, .epsilon = 3}, norm, 1, y);
    CHECK(y[0] == 5.5f);  // 1 / sqrt(1 + 3) + 5
}
