// SPDX-License-Identifier: Apache-2.0
#include <bouillon/model/parameter_loader.hpp>

#include <bouillon/tensor/xtensor_backend.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <set>
#include <string>
#include <vector>

using namespace bouillon;

namespace {

using host_backend = xtensor_backend;

parameter<host_backend> stored(const host_backend& on, std::vector<std::size_t> shape,
                               const std::vector<float>& values) {
    return {on.upload(std::as_bytes(std::span(values)), dtype::f32), std::move(shape)};
}

/// The shapes of tensors.
tensor_shapes shapes_of(const parameters<host_backend>& source) {
    tensor_shapes shapes;
    for (const auto& [name, each] : source) shapes.emplace(name, each.shape);
    return shapes;
}

const decoder llama{.architecture = "llama"};

}  // namespace

TEST_CASE("a model takes its tensors by name, a map with the bias that it has, and nothing is left over") {
    const host_backend on;
    parameters<host_backend> source;
    source.emplace("up.weight", stored(on, {1, 2}, {3, 4}));
    source.emplace("up.bias", stored(on, {1}, {5}));
    source.emplace("layers.0.rotary_emb.inv_freq", stored(on, {1}, {1}));
    auto shapes = shapes_of(source);
    detail::parameter_loader<host_backend> from(llama, on, shapes, &source);
    auto map = detail::linear_map<host_backend::buffer>::make(on, 2, 1, true);
    from.take("up", map);
    CHECK(map.weight[1] == 4);
    CHECK(map.bias[0] == 5);
    CHECK_NOTHROW(from.refuse_unused());
    CHECK(from.taken() == std::set<std::string, std::less<>>{"up.bias", "up.weight"});
    shapes["head"] = {1};
    CHECK_THROWS_WITH_AS(from.refuse_unused(), "tensor 'head' is no part of the llama model of config.json",
                         input_error);
}

TEST_CASE("rows of a map are taken in any order, and those that no file has are 0") {
    const host_backend on;
    parameters<host_backend> source;
    source.emplace("qkv.weight", stored(on, {3, 2}, {1, 2, 3, 4, 5, 6}));
    const auto shapes = shapes_of(source);
    detail::parameter_loader<host_backend> from(llama, on, shapes, &source);
    auto map = detail::linear_map<host_backend::buffer>::make(on, 2, 3, false);
    from.take(detail::stored_rows{"qkv", 3, {2, detail::zero_row, 0}}, map);
    CHECK(std::vector<float>(map.weight.begin(), map.weight.end()) == std::vector<float>{5, 6, 0, 0, 1, 2});
}

TEST_CASE("maps that are stored by inputs are turned, as are those of experts in one tensor") {
    const host_backend on;
    const decoder turned{.architecture = "gpt2", .transposed_maps = true};
    parameters<host_backend> source;
    source.emplace("up.weight", stored(on, {2, 3}, {1, 2, 3, 4, 5, 6}));
    source.emplace("experts", stored(on, {2, 1, 2}, {1, 2, 3, 4}));
    const auto shapes = shapes_of(source);
    detail::parameter_loader<host_backend> from(turned, on, shapes, &source);
    auto map = detail::linear_map<host_backend::buffer>::make(on, 2, 3, false);
    from.take("up", map);
    CHECK(std::vector<float>(map.weight.begin(), map.weight.end()) == std::vector<float>{1, 4, 2, 5, 3, 6});
    auto first = detail::linear_map<host_backend::buffer>::make(on, 1, 2, false), second = first;
    const std::vector<detail::linear_map<host_backend::buffer>*> experts = {&first, &second};
    from.take_stacked({"experts", 2, {1, 0}}, experts);
    CHECK(std::vector<float>(first.weight.begin(), first.weight.end()) == std::vector<float>{2, 1});
    CHECK(std::vector<float>(second.weight.begin(), second.weight.end()) == std::vector<float>{4, 3});
}

TEST_CASE("a normalisation has what is added to its stored weight, and 1 and 0 where nothing is stored") {
    const host_backend on;
    parameters<host_backend> source;
    source.emplace("norm.weight", stored(on, {2}, {0.5, -1}));
    const auto shapes = shapes_of(source);
    detail::parameter_loader<host_backend> from(llama, on, shapes, &source);
    const auto make = [&] {
        return detail::norm_weights<host_backend::buffer>{
            .width = 2, .weight = on.make_buffer(2), .bias = on.make_buffer(2)};
    };
    auto norm = make(), plain = make();
    from.take("norm", {.offset = 1}, {2}, {}, norm);
    CHECK(norm.weight[0] == 1.5f);
    CHECK(norm.weight[1] == 0);
    from.take("none", {.kind = norm_settings::function::layer, .weighted = false}, {2}, {}, plain);
    CHECK(plain.weight[1] == 1);
    CHECK(plain.bias[1] == 0);
}

TEST_CASE("a tensor that is missing or has another shape is refused by its name") {
    const host_backend on;
    const tensor_shapes shapes = {{"norm", {2}}};
    detail::parameter_loader<host_backend> from(llama, on, shapes, nullptr);
    host_backend::buffer buffer;
    CHECK_NOTHROW(from.take("norm", {2}, buffer));
    CHECK_THROWS_WITH_AS(from.take("norm", {3}, buffer), "tensor 'norm' has shape [2], but config.json implies [3]",
                         input_error);
    CHECK_THROWS_WITH_AS(from.take("embedding", {3}, buffer), "tensor 'embedding' of a llama model is missing",
                         input_error);
}

TEST_CASE("names without the prefix that older files leave out are taken too") {
    const host_backend on;
    const decoder older{.architecture = "gpt2", .names = {.older_prefix = "transformer."}};
    const tensor_shapes shapes = {{"wte.weight", {2}}, {"transformer.wpe.weight", {2}}};
    detail::parameter_loader<host_backend> from(older, on, shapes, nullptr);
    host_backend::buffer buffer;
    CHECK_NOTHROW(from.take("transformer.wte.weight", {2}, buffer));
    CHECK_NOTHROW(from.take("transformer.wpe.weight", {2}, buffer));
    CHECK_NOTHROW(from.refuse_unused());
}

TEST_CASE("layers behind the last are left out where only training uses them") {
    const host_backend on;
    decoder model{.architecture = "deepseek_v3"};
    model.layers.resize(2);
    const tensor_shapes shapes = {{"model.layers.2.eh_proj.weight", {2}}};
    const detail::parameter_loader<host_backend> from(model, on, shapes, nullptr);
    CHECK_THROWS_AS(from.refuse_unused(), input_error);
    model.later_layers_unused = true;
    CHECK_NOTHROW(from.refuse_unused());
    const tensor_shapes inner = {{"model.layers.1.eh_proj.weight", {2}}};
    CHECK_THROWS_AS(detail::parameter_loader<host_backend>(model, on, inner, nullptr).refuse_unused(), input_error);
}

TEST_CASE("tensors behind a prefix are refused with the prefix, and a trainer's own names as such") {
    const host_backend on;
    const auto load = [&](const std::string& stored_name) {
        const tensor_shapes shapes = {{stored_name, {2}}};
        host_backend::buffer buffer;
        detail::parameter_loader<host_backend>(llama, on, shapes, nullptr).take("model.norm.weight", {2}, buffer);
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
