// SPDX-License-Identifier: Apache-2.0
#include <bouillon/model/families/stablelm.hpp>

#include "model/families/read.hpp"

using namespace bouillon;
using test::check_refused, test::json, test::read, test::small;

TEST_CASE("StableLM is a Llama with layer norms, a part of whose heads is turned") {
    const auto model = read(detail::read_stablelm, small("stablelm"));
    CHECK(model.norm == norm_settings{.kind = norm_settings::function::layer, .epsilon = 1e-5, .biased = true});
    CHECK(model.rotaries.at(0).dims == 2);
    CHECK(model.gated);
    CHECK_FALSE(model.parallel_residual);
    CHECK(model.feed_forward_norms.input);
    CHECK_FALSE(model.query_key_value_biased);
}

TEST_CASE("StableLM's variants are read") {
    const auto model = read(detail::read_stablelm, small("stablelm", {{"use_parallel_residual", true},
                                                                      {"use_qkv_bias", true},
                                                                      {"qk_layernorm", true},
                                                                      {"partial_rotary_factor", 0.5}}));
    CHECK(model.parallel_residual);
    CHECK_FALSE(model.feed_forward_norms.input);
    CHECK(model.query_key_value_biased);
    CHECK_FALSE(model.attention_output_biased);
    CHECK(model.query_key.over == query_key_norm::extent::each_head);
    CHECK_FALSE(model.query_key.norm.biased);
    CHECK(model.names.query_norm == "self_attn.q_layernorm.norms.");
    CHECK(model.rotaries.at(0).dims == 4);
    check_refused(detail::read_stablelm, small("stablelm", {{"rope_pct", 0.25}}),
                  "'rope_pct' is 0.25 (bouillon does not know this field; remove it if it does not change the model)");
}
