// SPDX-License-Identifier: Apache-2.0
#include <bouillon/model/families/olmo.hpp>

#include "model/families/read.hpp"

using namespace bouillon;
using test::check_refused, test::json, test::read, test::small;

TEST_CASE("OLMo's norms have no parameters, and what attention reads may be clamped") {
    const auto model = read(detail::read_olmo, small("olmo", {{"clip_qkv", 8.0}}));
    CHECK(model.norm == norm_settings{.kind = norm_settings::function::layer, .epsilon = 1e-5, .weighted = false});
    CHECK(model.query_key_value_limit == 8);
    CHECK(model.attention_norms.input);
    CHECK(read(detail::read_olmo, small("olmo", {{"clip_qkv", nullptr}})).query_key_value_limit == 0);
    check_refused(detail::read_olmo, small("olmo", {{"clip_qkv", 0}}), "'clip_qkv' is 0 (a positive number is needed)");
}

TEST_CASE("OLMo 2 has norms behind attention and feed-forward, and over all queries and all keys") {
    const auto model = read(detail::read_olmo2, small("olmo2"));
    CHECK(model.attention_norms == norm_places{.input = false, .output = true});
    CHECK(model.feed_forward_norms == norm_places{.input = false, .output = true});
    CHECK(model.query_key.over == query_key_norm::extent::whole);
    CHECK(model.query_key.norm.epsilon == 1e-5);
    CHECK(model.names.attention_output_norm == "post_attention_layernorm");
    CHECK(model.names.feed_forward_output_norm == "post_feedforward_layernorm");
    CHECK(model.rotaries.size() == 1);
}

TEST_CASE("three of four of OLMo 3's layers attend to a window, with positions of their own") {
    const json scaling = {{"rope_type", "linear"}, {"factor", 8.0}};
    const auto before = read(detail::read_olmo3, small("olmo3", {{"sliding_window", 16}, {"rope_scaling", scaling}}));
    CHECK(test::reaches(before) == std::vector<std::size_t>{16, 16, 16, 0});
    CHECK(test::turns(before) == std::vector<int>{1, 1, 1, 0});
    CHECK(before.rotaries == std::vector{rotary_settings{.dims = 8, .theta = 500000, .factor = 8},
                                         rotary_settings{.dims = 8, .theta = 500000}});
    const json nested = {{"full_attention", {{"rope_type", "linear"}, {"factor", 8.0}, {"rope_theta", 500000}}},
                         {"sliding_attention", {{"rope_type", "default"}, {"rope_theta", 500000}}}};
    CHECK(read(detail::read_olmo3, small("olmo3", {{"sliding_window", 16}, {"rope_parameters", nested}})) == before);
}

TEST_CASE("a kind of OLMo 3's layers may not be turned") {
    const json nested = {{"full_attention", nullptr}, {"sliding_attention", {{"rope_theta", 7}}}};
    const auto model = read(detail::read_olmo3, small("olmo3", {{"rope_parameters", nested}}));
    CHECK(test::turns(model) == std::vector<int>{0, 0, 0, -1});
    CHECK(model.rotaries == std::vector{rotary_settings{.dims = 8, .theta = 7}});
}

TEST_CASE("a base for OLMo 3's layers of which versions of transformers differ is refused") {
    CHECK_NOTHROW(read(detail::read_olmo3, small("olmo3", {{"rope_theta", 500000}})));
    check_refused(detail::read_olmo3, small("olmo3", {{"rope_theta", 10000.0}}),
                  "'rope_theta' is 10000.0 (versions of transformers differ in the layers that this is for; write "
                  "'rope_parameters', with \"full_attention\" and \"sliding_attention\")");
}

TEST_CASE("OLMoE has experts in all layers, clamps and norms") {
    const auto model = read(detail::read_olmoe, small("olmoe", {{"num_experts", 16}, {"clip_qkv", 5}}));
    CHECK(model.experts == expert_settings{.count = 16, .chosen = 8, .feed_forward = 48});
    CHECK(model.feed_forward == 0);
    CHECK(model.layers.back().experts);
    CHECK(model.query_key.over == query_key_norm::extent::whole);
    CHECK(model.query_key_value_limit == 5);
    CHECK(model.attention_norms.input);
}
