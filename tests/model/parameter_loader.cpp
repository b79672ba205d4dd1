// SPDX-License-Identifier: Apache-2.0
#include <bouillon/model/parameter_loader.hpp>

#include <bouillon/tensor/xtensor_backend.hpp>

#include <doctest/doctest.h>

#include <vector>

using namespace bouillon;

namespace {

using backend = xtensor_backend;

parameter<backend> stored(const backend& on, std::vector<std::size_t> shape, const std::vector<float>& values) {
    return {on.upload(std::as_bytes(std::span(values)), dtype::f32), std::move(shape)};
}

}  // namespace

TEST_CASE("a model takes its tensors by name, a map with the bias that it has, and nothing is left over") {
    const backend on;
    const std::string name = "llama";
    parameters<backend> source;
    source.emplace("up.weight", stored(on, {1, 2}, {3, 4}));
    source.emplace("up.bias", stored(on, {1}, {5}));
    source.emplace("layers.0.rotary_emb.inv_freq", stored(on, {1}, {1}));
    detail::parameter_loader<backend> from(name, on, source);
    detail::linear_map<backend> map{2, 1, true, on.make_buffer(2), on.make_buffer(1)};
    from.take("up", map);
    CHECK(map.weight[1] == 4);
    CHECK(map.bias[0] == 5);
    CHECK_NOTHROW(from.refuse_unused());
    source.emplace("head", stored(on, {1}, {1}));
    CHECK_THROWS_WITH_AS(from.refuse_unused(), "tensor 'head' is no part of the llama model of config.json",
                         input_error);
}

TEST_CASE("a tensor that is missing or has another shape is refused by its name") {
    const backend on;
    const std::string name = "llama";
    parameters<backend> source;
    source.emplace("norm", stored(on, {2}, {3, 4}));
    detail::parameter_loader<backend> from(name, on, source);
    auto buffer = on.make_buffer(3);
    CHECK_THROWS_WITH_AS(from.take("norm", {3}, buffer), "tensor 'norm' has shape [2], but config.json implies [3]",
                         input_error);
    CHECK_THROWS_WITH_AS(from.take("embedding", {3}, buffer), "tensor 'embedding' of a llama model is missing",
                         input_error);
}
