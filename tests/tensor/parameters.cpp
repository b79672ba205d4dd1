// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/parameters.hpp>

#include <bouillon/tensor/xtensor_backend.hpp>

#include <doctest/doctest.h>

using namespace bouillon;

TEST_CASE("parameters are found by name, without a string being made, and come in the order of their names") {
    const xtensor_backend backend;
    parameters<xtensor_backend> model;
    model["b"] = {backend.allocate(6, dtype::bf16), {2, 3}};
    model["a"] = {backend.allocate(1, dtype::f32), {}};
    CHECK(model.begin()->first == "a");
    const auto found = model.find(std::string_view("b"));
    REQUIRE(found != model.end());
    CHECK(found->second.tensor.size() == 6);
    CHECK(found->second.shape == std::vector<std::size_t>{2, 3});
}
