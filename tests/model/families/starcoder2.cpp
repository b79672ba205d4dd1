// SPDX-License-Identifier: Apache-2.0
#include <bouillon/model/families/starcoder2.hpp>

#include "model/families/read.hpp"

using namespace bouillon;
using test::check_refused, test::json, test::read, test::small;

TEST_CASE("StarCoder 2 has biases on all maps, and a feed-forward without a gate") {
    const auto model = read(detail::read_starcoder2, small("starcoder2", {{"norm_epsilon", 1e-6},
                                                                          {"hidden_act", "gelu_pytorch_tanh"},
                                                                          {"activation_function", "gelu"},
                                                                          {"layer_norm_epsilon", 1e-5},
                                                                          {"scale_attn_weights", true},
                                                                          {"scale_attention_softmax_in_fp32", true},
                                                                          {"mlp_type", "default"}}));
    CHECK(model.norm == norm_settings{.kind = norm_settings::function::layer, .epsilon = 1e-6, .biased = true});
    CHECK(model.query_key_value_biased);
    CHECK(model.feed_forward_biased);
    CHECK_FALSE(model.gated);
    CHECK(model.activation.kind == activation::gelu_tanh);
    CHECK(model.tied_head);
    CHECK(test::reaches(model) == std::vector<std::size_t>(4, 0));
}

TEST_CASE("StarCoder 2's variants are read or refused") {
    const auto model = read(detail::read_starcoder2, small("starcoder2", {{"use_bias", false}, {"sliding_window", 8}}));
    CHECK_FALSE(model.attention_output_biased);
    CHECK(model.norm.biased);
    CHECK(test::reaches(model) == std::vector<std::size_t>(4, 8));
    check_refused(detail::read_starcoder2, small("starcoder2", {{"mlp_type", "gated"}}),
                  "'mlp_type' is \"gated\" (supported so far: \"default\")");
}
