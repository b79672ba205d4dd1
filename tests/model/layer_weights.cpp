// SPDX-License-Identifier: Apache-2.0
#include <bouillon/model/layer_weights.hpp>

#include <bouillon/tensor/xtensor_backend.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <set>
#include <string>
#include <vector>

using namespace bouillon;
using host_backend = xtensor_backend;
using names = std::set<std::string, std::less<>>;

namespace {

decoder one_layer() {
    decoder of{.width = 4, .heads = 2, .key_value_heads = 2, .head_dim = 3, .value_dim = 1};
    of.layers.resize(1);
    of.feed_forward = 5;
    return of;
}

/// The tensors that the first layer takes, all of which there are.
names taken(const decoder& of, const tensor_shapes& shapes) {
    const host_backend on;
    detail::layer_weights<host_backend> weights(of, on);
    detail::parameter_loader<host_backend> tensors(of, on, shapes, nullptr);
    weights.load(of, 0, tensors);
    return tensors.taken();
}

const tensor_shapes norms = {{"model.layers.0.input_layernorm.weight", {4}},
                             {"model.layers.0.post_attention_layernorm.weight", {4}}};
const tensor_shapes dense = {{"model.layers.0.mlp.gate_proj.weight", {5, 4}},
                             {"model.layers.0.mlp.up_proj.weight", {5, 4}},
                             {"model.layers.0.mlp.down_proj.weight", {4, 5}}};

tensor_shapes with(tensor_shapes all, const tensor_shapes& more) {
    all.insert(more.begin(), more.end());
    return all;
}

names names_of(const tensor_shapes& shapes) {
    names all;
    for (const auto& [name, shape] : shapes) all.insert(name);
    return all;
}

}  // namespace

TEST_CASE("a layer of latent attention takes its maps to latent vectors and from them") {
    decoder of = one_layer();
    of.latent = {.query_rank = 6, .key_value_rank = 7, .turned = 2};
    const auto all = with(with(norms, dense), {{"model.layers.0.self_attn.q_a_proj.weight", {6, 4}},
                                               {"model.layers.0.self_attn.q_a_layernorm.weight", {6}},
                                               {"model.layers.0.self_attn.q_b_proj.weight", {6, 6}},
                                               {"model.layers.0.self_attn.kv_a_proj_with_mqa.weight", {9, 4}},
                                               {"model.layers.0.self_attn.kv_a_layernorm.weight", {7}},
                                               {"model.layers.0.self_attn.kv_b_proj.weight", {4, 7}},
                                               {"model.layers.0.self_attn.o_proj.weight", {4, 2}}});
    CHECK(taken(of, all) == names_of(all));
}

TEST_CASE("what is turned is copied to the first dimensions of each head") {
    decoder of = one_layer();
    of.latent = {.key_value_rank = 7, .turned = 2};
    const detail::layer_weights<host_backend> weights(of, host_backend{});
    const auto& copy = weights.turned_to_heads.weight;
    CHECK(std::vector<float>(copy.begin(), copy.end()) == std::vector<float>{1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0});
}

TEST_CASE("a layer of experts takes the router and each expert, by itself or all in one tensor") {
    decoder of = one_layer();
    of.layers[0].experts = true;
    of.experts = {.count = 2, .chosen = 1, .feed_forward = 3, .shared_feed_forward = 6, .correction = true};
    const tensor_shapes attention = {{"model.layers.0.self_attn.q_proj.weight", {6, 4}},
                                     {"model.layers.0.self_attn.k_proj.weight", {6, 4}},
                                     {"model.layers.0.self_attn.v_proj.weight", {2, 4}},
                                     {"model.layers.0.self_attn.o_proj.weight", {4, 2}},
                                     {"model.layers.0.mlp.gate.weight", {2, 4}}};
    const std::string mlp = "model.layers.0.mlp.";
    auto apart = with(with(norms, attention), {{mlp + "gate.e_score_correction_bias", {2}}});
    for (const std::string expert : {"experts.0.", "experts.1.", "shared_experts."}) {
        const std::size_t width = expert == "shared_experts." ? 6 : 3;
        apart[mlp + expert + "gate_proj.weight"] = apart[mlp + expert + "up_proj.weight"] = {width, 4};
        apart[mlp + expert + "down_proj.weight"] = {4, width};
    }
    CHECK(taken(of, apart) == names_of(apart));

    of.experts = {.count = 2, .chosen = 1, .feed_forward = 3, .biased = true};
    of.experts.gates = gate_layout::interleaved;
    of.experts.stacked = true;
    const auto stacked = with(with(norms, attention), {{mlp + "experts.gate_up_proj", {2, 4, 6}},
                                                       {mlp + "experts.gate_up_proj_bias", {2, 6}},
                                                       {mlp + "experts.down_proj", {2, 3, 4}},
                                                       {mlp + "experts.down_proj_bias", {2, 4}}});
    CHECK(taken(of, stacked) == names_of(stacked));
}
