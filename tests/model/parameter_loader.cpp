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

TEST_CASE("tensors behind a prefix are refused with the prefix, and a trainer's own names as such") {
    const backend on;
    const std::string name = "llama";
    const auto load = [&](const std::string& stored_name) {
        parameters<backend> source;
        source.emplace(stored_name, stored(on, {2}, {3, 4}));
        auto buffer = on.make_buffer(2);
        detail::parameter_loader<backend>(name, on, source).take("model.norm.weight", {2}, buffer);
    };
    CHECK_NOTHROW(load("model.norm.weight"));
    try {
        load("module.model.norm.weight");
        FAIL("not refused");
    } catch (const prefixed_names& refused) {
        CHECK(refused.prefix == "module.");
        CHECK(std::string(refused.what()) ==
              "tensor 'model.norm.weight' of a llama model is missing, but there is 'module.model.norm.weight'");
    }
    CHECK_THROWS_WITH_AS(load("norm.w"),
                         "tensor 'model.norm.weight' of a llama model is missing: the tensors are called as a trainer "
                         "calls them ('norm.w'), not as Hugging Face's models do",
                         unknown_model);
    CHECK_THROWS_WITH_AS(load("model.other"), "tensor 'model.norm.weight' of a llama model is missing", input_error);
}
