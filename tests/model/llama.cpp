// SPDX-License-Identifier: Apache-2.0
#include <bouillon/model/llama.hpp>

#include <doctest/doctest.h>

using namespace bouillon;

namespace {

nlohmann::json small() {
    return {{"vocab_size", 1024},           {"hidden_size", 96},        {"intermediate_size", 256},
            {"num_hidden_layers", 4},       {"num_attention_heads", 4}, {"num_key_value_heads", 2},
            {"max_position_embeddings", 64}};
}

language_model_config parse(const nlohmann::json& json, const std::string& architecture = "llama") {
    return detail::read_llama(detail::config_reader(json.dump(), "run/config.json"), architecture);
}

language_model_config parse_with(nlohmann::json fields, const std::string& architecture = "llama") {
    auto json = small();
    json.update(fields);
    return parse(json, architecture);
}

}  // namespace

TEST_CASE("fields that a Llama's file leaves out get Hugging Face's defaults") {
    auto json = small();
    json.erase("num_key_value_heads");
    json.erase("max_position_embeddings");
    const auto config = parse(json);
    CHECK(config.vocabulary == 1024);
    CHECK(config.layers == 4);
    CHECK(config.key_value_heads == 4);
    CHECK(config.head_dim == 24);
    CHECK(config.context == 2048);
    CHECK(config.norm_epsilon == 1e-6);
    CHECK(config.rotary == rotary_settings{.dims = 24, .theta = 10000});
    CHECK_FALSE(config.tied_head);
    CHECK_FALSE(config.query_key_value_bias);
    CHECK_FALSE(config.head_norms);
}

TEST_CASE("every field that a file gives is used") {
    const auto config = parse_with({{"head_dim", 32},
                                    {"rms_norm_eps", 1e-5},
                                    {"rope_theta", 500000.0},
                                    {"tie_word_embeddings", true},
                                    {"attention_bias", true},
                                    {"mlp_bias", true},
                                    {"rope_scaling", nullptr}});
    CHECK(config.key_value_heads == 2);
    CHECK(config.head_dim == 32);
    CHECK(config.context == 64);
    CHECK(config.norm_epsilon == 1e-5);
    CHECK(config.rotary.theta == 500000);
    CHECK(config.tied_head);
    CHECK(config.query_key_value_bias);
    CHECK(config.attention_output_bias);
    CHECK(config.feed_forward_bias);
}

TEST_CASE("Qwen 2 has biases on queries, keys and values, Qwen 3 norms on heads") {
    const auto second = parse_with({{"use_sliding_window", false}, {"sliding_window", 8}}, "qwen2");
    CHECK(second.query_key_value_bias);
    CHECK_FALSE(second.attention_output_bias);
    CHECK(second.context == 64);
    const auto third = parse_with({{"head_dim", 32}}, "qwen3");
    CHECK(third.head_norms);
    CHECK_FALSE(third.query_key_value_bias);
    CHECK_THROWS_WITH_AS(parse(small(), "qwen3"), "run/config.json: 'head_dim' is missing", input_error);
}

TEST_CASE("windows are no longer than attention reaches back") {
    CHECK(parse_with({{"sliding_window", 16}}, "mistral").context == 16);
    CHECK(parse_with({{"sliding_window", nullptr}}, "mistral").context == 64);
    CHECK(parse_with({{"max_position_embeddings", 9000}}, "mistral").context == 4096);
    CHECK(parse_with({{"use_sliding_window", true}, {"sliding_window", 16}}, "qwen2").context == 16);
    CHECK_THROWS_AS(parse_with({{"layer_types", {"full_attention", "linear_attention"}}}, "qwen2"), input_error);
    CHECK_THROWS_AS(parse_with({{"sliding_window", 16}}, "llama"), input_error);
}

TEST_CASE("a model that would be run wrongly is refused with the field and both values") {
    const auto refused = [](const char* field, const nlohmann::json& value, const char* message) {
        CHECK_THROWS_WITH_AS(parse_with({{field, value}}), message, input_error);
    };
    refused("hidden_act", "gelu", "run/config.json: 'hidden_act' is \"gelu\" (supported so far: \"silu\")");
    refused("vocab_size", -1, "run/config.json: 'vocab_size' is -1 (a positive integer is needed)");
    refused("hidden_size", "96", "run/config.json: 'hidden_size' is \"96\" (a positive integer is needed)");
    refused("rms_norm_eps", 0, "run/config.json: 'rms_norm_eps' is 0 (a positive number is needed)");
    refused("num_key_value_heads", 3,
            "run/config.json: 'num_attention_heads' 4 is no multiple of 'num_key_value_heads' 3");
    refused("head_dim", 7, "run/config.json: 7 of a head's 7 dimensions cannot be rotated: an even number is needed");
    refused(
        "residual_multiplier", 0.5,
        "run/config.json: 'residual_multiplier' is 0.5 (bouillon does not know this field; remove it if it does not "
        "change the model)");
}
