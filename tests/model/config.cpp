// SPDX-License-Identifier: Apache-2.0
#include <bouillon/model/config.hpp>

#include <doctest/doctest.h>

using namespace bouillon;

TEST_CASE("an architecture that cannot be scored is refused with those that can") {
    CHECK_THROWS_WITH_AS(
        parse_config(R"({"model_type": "mamba"})", "run/config.json"),
        "run/config.json: 'model_type' is \"mamba\" (bouillon scores \"llama\", \"mistral\", \"qwen2\", "
        "\"qwen3\" and \"gpt_neox\")",
        unknown_model);
    CHECK_THROWS_WITH_AS(parse_config("{}", "run/config.json"), "run/config.json: 'model_type' is missing",
                         input_error);
}

TEST_CASE("a file that is no JSON object or is not there is refused by name") {
    CHECK_THROWS_WITH_AS(parse_config("[1]", "a/config.json"), "a/config.json: not a JSON object", input_error);
    CHECK_THROWS_WITH_AS(parse_config("{", "a/config.json"), "a/config.json: not a JSON object", input_error);
    CHECK_THROWS_WITH_AS(read_config("no/such/config.json"), "no/such/config.json: cannot be read", input_error);
}

TEST_CASE("config files of every architecture are read as transformers writes them") {
    const auto config = read_config(BOUILLON_EXAMPLE_DATA "/step-02400/config.json");
    CHECK(config.architecture == "llama");
    CHECK(config.heads == 4);
    CHECK(config.key_value_heads == 2);
    CHECK(config.context == 256);
    const std::filesystem::path models = BOUILLON_TEST_DATA "/models";
    CHECK(read_config(models / "llama-biased/config.json").feed_forward_bias);
    CHECK(read_config(models / "llama-tied-scaled/config.json").rotary.factor == 4);
    CHECK(read_config(models / "mistral/config.json").context == 16);
    CHECK(read_config(models / "qwen2/config.json").query_key_value_bias);
    CHECK(read_config(models / "qwen3/config.json").head_norms);
    CHECK(read_config(models / "gpt-neox/config.json").parallel_residual);
}
