// SPDX-License-Identifier: Apache-2.0
#include <bouillon/model/families/phi.hpp>

#include "model/families/read.hpp"

using namespace bouillon;
using test::check_refused, test::json, test::read, test::small;

TEST_CASE("both halves of Phi's layers read one norm, and all has biases") {
    const auto model = read(detail::read_phi, small("phi"));
    CHECK(model.parallel_residual);
    CHECK_FALSE(model.feed_forward_norms.input);
    CHECK(model.norm == norm_settings{.kind = norm_settings::function::layer, .epsilon = 1e-5, .biased = true});
    CHECK(model.head_biased);
    CHECK(model.feed_forward_biased);
    CHECK(model.activation.kind == activation::gelu_tanh);
    CHECK(model.rotaries.at(0).dims == 4);
    CHECK(model.query_key.over == query_key_norm::extent::none);
    CHECK(model.names.final_norm == "model.final_layernorm");
    const auto normed = read(detail::read_phi, small("phi", {{"qk_layernorm", true}}));
    CHECK(normed.query_key == query_key_norm{.over = query_key_norm::extent::head, .norm = model.norm});
}

TEST_CASE("Phi 3's maps are fused") {
    const auto model = read(detail::read_phi3, small("phi3", {{"original_max_position_embeddings", 16}}));
    CHECK(model.query_key_value == query_key_value_layout::blocks);
    CHECK(model.gates == gate_layout::blocks);
    CHECK(model.rotaries == std::vector{rotary_settings{.dims = 8}});
    CHECK(test::reaches(read(detail::read_phi3, small("phi3", {{"sliding_window", 16}}))) ==
          std::vector<std::size_t>(4, 16));
}

TEST_CASE("Phi 3's long positions are scaled pair by pair, by what its file says beside") {
    const json factors = {{"short_factor", {1, 2}}, {"long_factor", {3, 4}}};
    json before = factors, after = factors;
    before["type"] = "su";
    after.update({{"rope_type", "longrope"},
                  {"rope_theta", 10000.0},
                  {"partial_rotary_factor", 0.5},
                  {"original_max_position_embeddings", 32}});
    const json beside = {{"original_max_position_embeddings", 16}, {"partial_rotary_factor", 0.5}};
    auto config = small("phi3", beside);
    config["rope_scaling"] = before;
    const auto model = read(detail::read_phi3, config);
    CHECK(model.rotaries.at(0) == rotary_settings{.dims = 4,
                                                  .kind = rotary_settings::scaling::long_rope,
                                                  .original_context = 16,
                                                  .short_factors = {1, 2},
                                                  .long_factors = {3, 4},
                                                  .amplitude = std::sqrt(1.5)});
    config.erase("rope_scaling");
    config["rope_parameters"] = after;
    CHECK(read(detail::read_phi3, config) == model);
}

TEST_CASE("fields that Phi 4's published files have beside Phi 3's class's are read or refused") {
    const json published = {
        {"full_attn_mod", 1}, {"interpolate_factor", 1}, {"lm_head_bias", false}, {"mlp_bias", false}};
    CHECK(read(detail::read_phi3, small("phi3", published)) == read(detail::read_phi3, small("phi3")));
    check_refused(detail::read_phi3, small("phi3", {{"full_attn_mod", 2}}),
                  "'full_attn_mod' is 2 (supported so far: 1)");
}
