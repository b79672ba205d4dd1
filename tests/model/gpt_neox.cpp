// SPDX-License-Identifier: Apache-2.0
#include <bouillon/model/gpt_neox.hpp>

#include <doctest/doctest.h>

using namespace bouillon;

namespace {

language_model_config parse_with(const nlohmann::json& fields) {
    nlohmann::json json = {{"vocab_size", 1024},
                           {"hidden_size", 64},
                           {"intermediate_size", 256},
                           {"num_hidden_layers", 4},
                           {"num_attention_heads", 4}};
    json.update(fields);
    return detail::read_gpt_neox(detail::config_reader(json.dump(), "run/config.json"));
}

}  // namespace

TEST_CASE("fields that a GPT-NeoX file leaves out get Hugging Face's defaults") {
    const auto config = parse_with(nlohmann::json::object());
    CHECK(config.key_value_heads == 4);
    CHECK(config.head_dim == 16);
    CHECK(config.context == 2048);
    CHECK(config.rotary == rotary_settings{.dims = 4, .theta = 10000});
    CHECK(config.normalization == normalization::layer);
    CHECK(config.norm_epsilon == 1e-5);
    CHECK(config.activation == activation::gelu);
    CHECK(config.query_key_value_bias);
    CHECK(config.feed_forward_bias);
    CHECK(config.parallel_residual);
    CHECK(config.names.head == "embed_out.weight");
}

TEST_CASE("Pythia's older field names are read") {
    const auto config = parse_with({{"rotary_pct", 0.5},
                                    {"rotary_emb_base", 20000},
                                    {"hidden_act", "gelu_new"},
                                    {"use_parallel_residual", false},
                                    {"attention_bias", false}});
    CHECK(config.rotary == rotary_settings{.dims = 8, .theta = 20000});
    CHECK(config.activation == activation::gelu_tanh);
    CHECK_FALSE(config.parallel_residual);
    CHECK_FALSE(config.attention_output_bias);
}

TEST_CASE("a GPT-NeoX that would be run wrongly is refused") {
    CHECK_THROWS_WITH_AS(
        parse_with({{"hidden_act", "relu"}}),
        R"(run/config.json: 'hidden_act' is "relu" (supported so far: "gelu", "gelu_new", "gelu_fast", "gelu_pytorch_tanh"))",
        input_error);
    CHECK_THROWS_WITH_AS(parse_with({{"hidden_size", 66}}),
                         "run/config.json: 'hidden_size' is 66 (it is no multiple of 'num_attention_heads' 4)",
                         input_error);
}
