// SPDX-License-Identifier: Apache-2.0
#include <bouillon/model/config.hpp>

#include <doctest/doctest.h>

using namespace bouillon;

namespace {

nlohmann::json small() {
    return {{"model_type", "llama"},    {"vocab_size", 1024},     {"hidden_size", 96},
            {"intermediate_size", 256}, {"num_hidden_layers", 4}, {"num_attention_heads", 4}};
}

llama_config parse(const nlohmann::json& json) { return parse_llama_config(json.dump(), "run/config.json"); }

}  // namespace

TEST_CASE("fields that a file leaves out get Hugging Face's defaults") {
    const auto config = parse(small());
    CHECK(config.vocabulary == 1024);
    CHECK(config.layers == 4);
    CHECK(config.key_value_heads == 4);
    CHECK(config.head_dim == 24);
    CHECK(config.context == 2048);
    CHECK(config.rms_epsilon == 1e-6);
    CHECK(config.rope_theta == 10000);
    CHECK_FALSE(config.tied_head);
}

TEST_CASE("every field that a file gives is used") {
    auto json = small();
    json.update({{"num_key_value_heads", 2},
                 {"head_dim", 32},
                 {"max_position_embeddings", 256},
                 {"rms_norm_eps", 1e-5},
                 {"rope_theta", 500000.0},
                 {"tie_word_embeddings", true},
                 {"rope_scaling", nullptr}});
    const auto config = parse(json);
    CHECK(config.key_value_heads == 2);
    CHECK(config.head_dim == 32);
    CHECK(config.context == 256);
    CHECK(config.rms_epsilon == 1e-5);
    CHECK(config.rope_theta == 500000);
    CHECK(config.tied_head);
}

TEST_CASE("the rotary base is found where transformers 5 puts it") {
    auto json = small();
    json["rope_parameters"] = {{"rope_type", "default"}, {"rope_theta", 250000.0}};
    CHECK(parse(json).rope_theta == 250000);
    json["rope_parameters"]["rope_type"] = "llama3";
    CHECK_THROWS_WITH_AS(parse(json),
                         "run/config.json: rope_parameters: 'rope_type' is \"llama3\" (supported so far: \"default\")",
                         input_error);
}

TEST_CASE("a model that would be run wrongly is refused with the field and both values") {
    const auto refused = [](const char* field, const nlohmann::json& value, const char* message) {
        auto json = small();
        json[field] = value;
        CHECK_THROWS_WITH_AS(parse(json), message, input_error);
    };
    refused("model_type", "gpt_neox",
            "run/config.json: 'model_type' is \"gpt_neox\" (bouillon can score \"llama\" so far)");
    refused("hidden_act", "gelu", "run/config.json: 'hidden_act' is \"gelu\" (supported so far: \"silu\")");
    refused("attention_bias", true, "run/config.json: 'attention_bias' is true (supported so far: false)");
    refused("rope_scaling", {{"factor", 8}},
            "run/config.json: 'rope_scaling' is {\"factor\":8} (supported so far: null)");
    refused("vocab_size", -1, "run/config.json: 'vocab_size' is -1 (a positive integer)");
    refused("hidden_size", "96", "run/config.json: 'hidden_size' is \"96\" (a positive integer)");
    refused("rms_norm_eps", 0, "run/config.json: 'rms_norm_eps' is 0 (a positive number)");
    refused("num_key_value_heads", 3,
            "run/config.json: 'num_attention_heads' 4 is no multiple of 'num_key_value_heads' 3");
    refused("head_dim", 7, "run/config.json: a head of 7 dimensions cannot be rotated: the number must be even");
    auto json = small();
    json.erase("vocab_size");
    CHECK_THROWS_WITH_AS(parse(json), "run/config.json: 'vocab_size' is missing", input_error);
}

TEST_CASE("a file that is no JSON object or is not there is refused by name") {
    CHECK_THROWS_WITH_AS(parse_llama_config("[1]", "a/config.json"), "a/config.json: not a JSON object", input_error);
    CHECK_THROWS_WITH_AS(parse_llama_config("{", "a/config.json"), "a/config.json: not a JSON object", input_error);
    CHECK_THROWS_WITH_AS(read_llama_config("no/such/config.json"), "no/such/config.json: cannot be read", input_error);
}

TEST_CASE("the example trajectory's config.json is read") {
    const auto config = read_llama_config(BOUILLON_EXAMPLE_DATA "/step-02400/config.json");
    CHECK(config.heads == 4);
    CHECK(config.key_value_heads == 2);
    CHECK(config.context == 256);
}
