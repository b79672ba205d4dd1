// SPDX-License-Identifier: Apache-2.0
#include <bouillon/model/config.hpp>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>

using namespace bouillon;

namespace {

/// MiniCPM: Llama with factors on embeddings, on what a half of a layer adds, and on logits.
decoder read_minicpm(const detail::config_reader& config) {
    decoder result = detail::read_like_llama(config);
    detail::read_rotation(config, result);
    result.embedding_scale = config.number("scale_emb");
    result.residual_scale = config.number("scale_depth") / std::sqrt(static_cast<double>(result.layers.size()));
    result.logit_scale = config.number("dim_model_base") / static_cast<double>(result.width);
    config.require("tie_word_embeddings", true);
    return result;
}

}  // namespace

TEST_CASE("a family is a function") {
    const nlohmann::json file = {{"model_type", "minicpm"}, {"vocab_size", 100},
                                 {"hidden_size", 32},       {"intermediate_size", 48},
                                 {"num_hidden_layers", 4},  {"num_attention_heads", 4},
                                 {"hidden_act", "silu"},    {"max_position_embeddings", 64},
                                 {"rms_norm_eps", 1e-5},    {"tie_word_embeddings", true},
                                 {"rope_theta", 10000.0},   {"partial_rotary_factor", 1.0},
                                 {"scale_emb", 12},         {"scale_depth", 1.4},
                                 {"dim_model_base", 8}};
    const detail::config_reader config(file.dump(), "c.json");
    const decoder model = read_minicpm(config);
    CHECK_NOTHROW(detail::finish(config, model));
    CHECK(model.embedding_scale == 12);
    CHECK(model.residual_scale == 0.7);
    CHECK(model.logit_scale == 0.25);
    CHECK(model.key_value_heads == 4);
}

TEST_CASE("a model that cannot be run is refused with what can be done") {
    CHECK_THROWS_WITH_AS(
        parse_config(R"({"model_type": "mamba"})", "run/config.json"),
        "run/config.json: 'model_type' is \"mamba\" (bouillon runs no state-space, recurrent or hybrid "
        "models)",
        unknown_model);
    CHECK_THROWS_WITH_AS(
        parse_config(R"({"model_type": "bert"})", "run/config.json"),
        "run/config.json: 'model_type' is \"bert\" (none of the 39 types that bouillon runs, listed in "
        "docs/reference/model.md)",
        unknown_model);
    CHECK_THROWS_WITH_AS(parse_config("{}", "run/config.json"), "run/config.json: 'model_type' is missing",
                         input_error);
}

TEST_CASE("a file that is no JSON object or is not there is refused by name") {
    CHECK_THROWS_WITH_AS(parse_config("[1]", "a/config.json"), "a/config.json: not a JSON object", input_error);
    CHECK_THROWS_WITH_AS(parse_config("{", "a/config.json"), "a/config.json: not a JSON object", input_error);
    CHECK_THROWS_WITH_AS(read_config("no/such/config.json"), "no/such/config.json: cannot be read", input_error);
}

TEST_CASE("families are in order, each once, and none is one of recurrent models") {
    const auto& families = detail::model_families;
    const auto before = [](const auto& a, const auto& b) { return a.model_type < b.model_type; };
    CHECK(std::is_sorted(families.begin(), families.end(), before));
    for (std::size_t i = 0; i < families.size(); ++i) {
        CHECK_FALSE(detail::holds_word(detail::recurrent_types, families[i].model_type));
        if (i > 0) CHECK(families[i - 1].model_type != families[i].model_type);
    }
}

TEST_CASE("a file means the same model once a newer version of transformers has saved it again") {
    std::ifstream file(BOUILLON_TEST_DATA "/configurations/pairs.jsonl");
    std::size_t read = 0;
    for (std::string line; std::getline(file, line);) {
        const auto pair = nlohmann::json::parse(detail::quote_non_finite(line).text);
        const auto type = pair.at("before").at("model_type").get<std::string>();
        if (detail::holds_word(detail::recurrent_types, type)) continue;
        CAPTURE(pair.at("name").get<std::string>());
        CHECK(parse_config(pair.at("before").dump(), "before") == parse_config(pair.at("after").dump(), "after"));
        ++read;
    }
    CHECK(read == 37);
}

TEST_CASE("every default that a family's class has is known") {
    for (const auto& family : detail::model_families) {
        CAPTURE(std::string(family.model_type));
        CHECK(detail::default_of(family.model_type, "tie_word_embeddings"));
        CHECK(detail::default_of(family.model_type, "max_position_embeddings"));
    }
}

TEST_CASE("config files are read as transformers writes them") {
    const auto config = read_config(BOUILLON_EXAMPLE_DATA "/step-02400/config.json");
    CHECK(config.architecture == "llama");
    CHECK(config.heads == 4);
    CHECK(config.key_value_heads == 2);
    CHECK(config.context == 256);
    const std::filesystem::path models = BOUILLON_TEST_DATA "/models";
    CHECK(read_config(models / "llama-biased/config.json").feed_forward_biased);
    CHECK(read_config(models / "llama-tied-scaled/config.json").rotaries.at(0).factor == 4);
    CHECK(read_config(models / "mistral/config.json").layers.front().reach == 16);
    CHECK(read_config(models / "qwen2/config.json").query_key_value_biased);
    CHECK(read_config(models / "qwen3/config.json").query_key.over == query_key_norm::extent::head);
    CHECK(read_config(models / "gpt-neox/config.json").parallel_residual);
}
