// SPDX-License-Identifier: Apache-2.0
#include <bouillon/model/families/gemma.hpp>

#include "model/families/read.hpp"

using namespace bouillon;
using test::check_refused, test::json, test::read, test::small;

TEST_CASE("Gemma's norms store what is left of 1, and its embeddings are scaled") {
    const auto model = read(detail::read_gemma, small("gemma", {{"hidden_act", "gelu"}}));
    CHECK(model.norm == norm_settings{.epsilon = 1e-6, .offset = 1});
    CHECK(model.embedding_scale == std::sqrt(32.0));
    CHECK(model.activation.kind == activation::gelu_tanh);  // which its class puts in the place of "gelu"
    CHECK(model.tied_head);
    CHECK(model.head_dim == 256);
    CHECK(model.layers.front().attention_scale == 1 / 16.0);
    CHECK_FALSE(model.attention_norms.output);
}

TEST_CASE("Gemma 2 has norms around each half of a layer, caps and windows in every other layer") {
    const auto model = read(detail::read_gemma2, small("gemma2", {{"sliding_window", 16}, {"head_dim", 8}}));
    CHECK(model.attention_norms == norm_places{.input = true, .output = true});
    CHECK(model.names.feed_forward_norm == "pre_feedforward_layernorm");
    CHECK(model.attention_cap == 50);
    CHECK(model.logit_cap == 30);
    CHECK(model.layers.front().attention_scale == 1 / 16.0);
    CHECK(test::reaches(model) == std::vector<std::size_t>{16, 0, 16, 0});
    const auto plain = read(detail::read_gemma2, small("gemma2", {{"attn_logit_softcapping", nullptr},
                                                                  {"final_logit_softcapping", nullptr},
                                                                  {"query_pre_attn_scalar", 64}}));
    CHECK(plain.attention_cap == 0);
    CHECK(plain.logit_cap == 0);
    CHECK(plain.layers.front().attention_scale == 1 / 8.0);
}

TEST_CASE("Gemma 2 and 3 read their activation under its own name") {
    const auto with = [](const json& more) { return read(detail::read_gemma2, small("gemma2", more)).activation.kind; };
    CHECK(with({{"hidden_activation", "silu"}}) == activation::silu);
    CHECK(with({{"hidden_activation", "gelu_pytorch_tanh"}, {"hidden_act", "gelu_new"}}) == activation::gelu_tanh);
    check_refused(detail::read_gemma2, small("gemma2", {{"hidden_act", "gelu"}}),
                  "'hidden_act' is \"gelu\" (its class reads 'hidden_activation' instead)");
    check_refused(detail::read_gemma, small("gemma", {{"hidden_activation", "silu"}}),
                  "'hidden_activation' is \"silu\" (supported so far: \"gelu_pytorch_tanh\")");
    check_refused(detail::read_gemma2, small("gemma2", {{"hidden_activation", "silu"}, {"hidden_act", "gelu"}}),
                  "'hidden_act' is \"gelu\", but 'hidden_activation' is \"silu\"");
}

TEST_CASE("Gemma 3's layers with windows have another base, in both spellings") {
    const auto before = read(detail::read_gemma3, small("gemma3_text", {{"sliding_window", 16},
                                                                        {"sliding_window_pattern", 2},
                                                                        {"rope_theta", 500},
                                                                        {"rope_local_base_freq", 50},
                                                                        {"attn_logit_softcapping", 50.0}}));
    CHECK(before.rotaries ==
          std::vector{rotary_settings{.dims = 256, .theta = 500}, rotary_settings{.dims = 256, .theta = 50}});
    CHECK(test::turns(before) == std::vector<int>{1, 0, 1, 0});
    CHECK(test::reaches(before) == std::vector<std::size_t>{16, 0, 16, 0});
    CHECK(before.query_key.norm.offset == 1);
    CHECK(before.attention_cap == 0);
    CHECK(before.logit_cap == 0);
    const std::vector<std::string> kinds = {"sliding_attention", "full_attention", "sliding_attention",
                                            "full_attention"};
    const json nested = {{"full_attention", {{"rope_type", "default"}, {"rope_theta", 500}}},
                         {"sliding_attention", {{"rope_type", "default"}, {"rope_theta", 50}}}};
    CHECK(read(detail::read_gemma3, small("gemma3_text", {{"sliding_window", 16},
                                                          {"_sliding_window_pattern", 2},
                                                          {"layer_types", kinds},
                                                          {"rope_parameters", nested}})) == before);
    check_refused(detail::read_gemma3, small("gemma3_text", {{"use_bidirectional_attention", true}}),
                  "'use_bidirectional_attention' is true (supported so far: false)");
}
