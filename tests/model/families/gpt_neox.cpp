// SPDX-License-Identifier: Apache-2.0
#include <bouillon/model/families/gpt_neox.hpp>

#include "model/families/read.hpp"

using namespace bouillon;
using test::check_refused, test::json, test::read, test::small;

TEST_CASE("fields that a GPT-NeoX file leaves out get its class's defaults") {
    const auto model =
        read(detail::read_gpt_neox,
             small("gpt_neox", {{"num_key_value_heads", "absent"}, {"max_position_embeddings", "absent"}}));
    CHECK(model.key_value_heads == 4);
    CHECK(model.context == 2048);
    CHECK(model.rotaries == std::vector{rotary_settings{.dims = 2, .theta = 10000}});
    CHECK(model.norm == norm_settings{.kind = norm_settings::function::layer, .epsilon = 1e-5, .biased = true});
    CHECK(model.activation.kind == activation::gelu);
    CHECK_FALSE(model.gated);
    CHECK(model.query_key_value == query_key_value_layout::groups);
    CHECK(model.query_key_value_biased);
    CHECK(model.feed_forward_biased);
    CHECK(model.parallel_residual);
    CHECK(model.feed_forward_norms.input);
    CHECK(model.names.head == "embed_out");
}

TEST_CASE("Pythia's older field names are read") {
    const auto before = small("gpt_neox", {{"rotary_pct", 0.5},
                                           {"rotary_emb_base", 20000},
                                           {"hidden_act", "gelu_new"},
                                           {"num_key_value_heads", "absent"},
                                           {"use_parallel_residual", false},
                                           {"attention_bias", false}});
    const auto model = read(detail::read_gpt_neox, before);
    CHECK(model.rotaries == std::vector{rotary_settings{.dims = 4, .theta = 20000}});
    CHECK(model.activation.kind == activation::gelu_tanh);
    CHECK_FALSE(model.parallel_residual);
    CHECK_FALSE(model.attention_output_biased);
    auto after = before;
    after.erase("rotary_pct");
    after.erase("rotary_emb_base");
    after["rope_parameters"] = {{"rope_theta", 20000}, {"partial_rotary_factor", 0.5}, {"rope_type", "default"}};
    CHECK(read(detail::read_gpt_neox, after) == model);
}

TEST_CASE("a GPT-NeoX that would be run wrongly is refused") {
    check_refused(detail::read_gpt_neox, small("gpt_neox", {{"hidden_act", "gelu_10"}}),
                  "'hidden_act' is \"gelu_10\" (supported so far: \"silu\", \"swish\", \"gelu\", \"gelu_python\", "
                  "\"gelu_new\", \"gelu_fast\", \"gelu_accurate\", \"gelu_pytorch_tanh\", \"gelu_python_tanh\", "
                  "\"quick_gelu\", \"relu\", \"relu2\", \"tanh\")");
    check_refused(detail::read_gpt_neox, small("gpt_neox", {{"rope_theta", 5}}),  // which its class does not read
                  "'rope_theta' is 5 (bouillon does not know this field; remove it if it does not change the model)");
    check_refused(detail::read_gpt_neox, small("gpt_neox", {{"hidden_size", 66}}),
                  "'hidden_size' is 66 (it is no multiple of 'num_attention_heads' 4)");
    check_refused(detail::read_gpt_neox, small("gpt_neox", {{"head_dim", 16}}),
                  "'head_dim' is 16 (supported so far: 8, 'hidden_size' / 'num_attention_heads')");
}
