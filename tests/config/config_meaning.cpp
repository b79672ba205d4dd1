// SPDX-License-Identifier: Apache-2.0
#include <bouillon/config/config_meaning.hpp>

#include <bouillon/checkpoint/model_config.hpp>

#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

#include <fstream>
#include <string>
#include <vector>

using namespace bouillon;
using nlohmann::json;

namespace {

/// What is said of two configurations that differ, or nothing.
std::string difference(const json& first, const json& second) {
    return test::message_of<input_error>([&] {
        detail::known_settings known;
        known.add("1", detail::meaning_of(first));
        known.add("2", detail::meaning_of(second));
    });
}

struct saved_twice {
    std::string name;
    json before, after;  // as transformers 4 wrote it, and as transformers 5 saves it again
};

std::vector<saved_twice> saved_twice_by_transformers() {
    std::ifstream file(BOUILLON_TEST_DATA "/configurations/pairs.jsonl");
    std::vector<saved_twice> pairs;
    for (std::string line; std::getline(file, line);) {
        const json pair = json::parse(detail::quote_non_finite(line).text);
        pairs.push_back({pair.at("name"), pair.at("before"), pair.at("after")});
    }
    return pairs;
}

json before(const std::string& name) {
    for (const auto& pair : saved_twice_by_transformers())
        if (pair.name == name) return pair.before;
    FAIL("no configuration " << name);
    return {};
}

json changed(json config, const std::string& field, const json& value) {
    config[field] = value;
    return config;
}

}  // namespace

TEST_CASE("a configuration means the same once a newer version of transformers has saved it again") {
    const auto pairs = saved_twice_by_transformers();
    REQUIRE(pairs.size() == 39);
    for (const auto& [name, before, after] : pairs) {
        CAPTURE(name);
        CHECK(before != after);
        CHECK(difference(before, after) == "");
        CHECK(difference(after, before) == "");
    }
}

TEST_CASE("a field that changes the arithmetic of an architecture is compared in both spellings") {
    struct change {
        std::string model, field;
        json value;
    };
    const json scaled = {{"type", "linear"}, {"factor", 3.0}};
    const std::vector<change> changes = {{"llama", "rope_theta", 10000.0},
                                         {"llama", "attention_bias", true},
                                         {"llama", "mlp_bias", true},
                                         {"llama", "head_dim", 16},
                                         {"llama", "num_key_value_heads", 2},
                                         {"llama", "rms_norm_eps", 1e-6},
                                         {"llama", "tie_word_embeddings", true},
                                         {"llama", "hidden_act", "gelu"},
                                         {"llama", "partial_rotary_factor", 0.5},
                                         {"llama", "rope_scaling", scaled},
                                         {"llama-linear", "rope_scaling", scaled},
                                         {"llama-3.1", "rope_theta", 10000.0},
                                         {"mistral", "sliding_window", 128},
                                         {"mistral-window", "sliding_window", nullptr},
                                         {"mixtral", "num_experts_per_tok", 1},
                                         {"mixtral", "rope_theta", 10000.0},
                                         {"qwen2-window", "use_sliding_window", false},
                                         {"qwen2-window", "max_window_layers", 1},
                                         {"qwen3", "head_dim", 8},
                                         {"qwen3-moe", "num_experts", 4},
                                         {"qwen3-moe", "norm_topk_prob", false},
                                         {"qwen3-moe", "mlp_only_layers", {1}},
                                         {"gpt-neox", "rotary_pct", 0.5},
                                         {"gpt-neox", "rotary_emb_base", 20000},
                                         {"gpt-neox", "use_parallel_residual", false},
                                         {"gpt-neox", "attention_bias", false},
                                         {"gpt-neox", "layer_norm_eps", 1e-6},
                                         {"olmo", "clip_qkv", nullptr},
                                         {"olmo-unclipped", "clip_qkv", 8.0},
                                         {"olmo2", "rope_theta", 10000.0},
                                         {"olmo3", "sliding_window", 32},
                                         {"olmo3", "rope_scaling", nullptr},
                                         {"olmo3", "layer_types", {"full_attention"}},
                                         {"olmo3-plain", "rope_scaling", scaled},
                                         {"olmoe", "norm_topk_prob", true},
                                         {"olmoe", "clip_qkv", 8.0},
                                         {"smollm3", "no_rope_layers", {1, 1, 1, 1}},
                                         {"smollm3-short", "no_rope_layer_interval", 2},
                                         {"gemma2", "attn_logit_softcapping", nullptr},
                                         {"gemma2", "final_logit_softcapping", 20.0},
                                         {"gemma2", "query_pre_attn_scalar", 8},
                                         {"gemma3-text", "rope_local_base_freq", 20000},
                                         {"gemma3-text", "sliding_window_pattern", 2},
                                         {"granite", "embedding_multiplier", 1.0},
                                         {"granite", "residual_multiplier", 1.0},
                                         {"granite", "attention_multiplier", 1.0},
                                         {"granite", "logits_scaling", 1.0},
                                         {"phi3", "original_max_position_embeddings", 128},
                                         {"phi3", "max_position_embeddings", 2048},
                                         {"stablelm", "partial_rotary_factor", 0.5},
                                         {"stablelm", "use_qkv_bias", false},
                                         {"stablelm", "qk_layernorm", true},
                                         {"deepseek-v3", "routed_scaling_factor", 1.0},
                                         {"deepseek-v3", "n_group", 4},
                                         {"deepseek-v3", "first_k_dense_replace", 3},
                                         {"deepseek-v3", "q_lora_rank", nullptr},
                                         {"gpt2", "scale_attn_by_inverse_layer_idx", true},
                                         {"gpt2", "activation_function", "relu"},
                                         {"falcon", "alibi", true},
                                         {"falcon", "new_decoder_architecture", true},
                                         {"bloom", "apply_residual_connection_post_layernorm", true},
                                         {"apertus", "rope_theta", 10000.0},
                                         {"gpt-oss", "swiglu_limit", 1.0},
                                         {"granite-hybrid", "layer_types", {"attention", "mamba"}},
                                         {"mamba2", "time_step_limit", {0.0, 1.0}},
                                         {"nemotron", "partial_rotary_factor", 1.0},
                                         {"cohere2", "logit_scale", 1.0},
                                         {"glm4", "partial_rotary_factor", 1.0}};
    const auto pairs = saved_twice_by_transformers();
    for (const auto& [model, field, value] : changes) {
        CAPTURE(model);
        CAPTURE(field);
        const auto pair =
            std::find_if(pairs.begin(), pairs.end(), [&name = model](const auto& p) { return p.name == name; });
        REQUIRE(pair != pairs.end());
        CHECK(difference(changed(pair->before, field, value), pair->before) != "");
        CHECK(difference(changed(pair->before, field, value), pair->after) != "");
    }
}

TEST_CASE("a block for each kind of layers is compared kind by kind") {
    for (const auto& [name, before, after] : saved_twice_by_transformers())
        for (const char* kind : {"full_attention", "sliding_attention"}) {
            if (!after.contains("rope_parameters") || !after["rope_parameters"].contains(kind)) continue;
            json other = after;
            other["rope_parameters"][kind]["rope_theta"] = 77.0;
            CAPTURE(name);
            CHECK(difference(before, other)
                      .starts_with("2: rope_parameters." + std::string(kind) + ".rope_theta is 77.0, but "));
            other["rope_parameters"][kind] = nullptr;
            CHECK(difference(before, other) != "");
        }
}

TEST_CASE("a difference is told by the names that the files have, and a default is called one") {
    const json llama = {{"model_type", "llama"}};
    CHECK(difference(llama, changed(llama, "rope_theta", 5.0)) == "2: rope_theta is 5.0, but 10000.0 by default in 1");
    CHECK(difference(changed(llama, "rope_theta", 5.0), changed(llama, "rope_parameters", {{"rope_theta", 6.0}})) ==
          "2: rope_parameters.rope_theta is 6.0, but rope_theta is 5.0 in 1");
    CHECK(difference({{"num_experts", 8}}, {{"num_local_experts", 4}}) ==
          "2: num_local_experts is 4, but num_experts is 8 in 1");
}

TEST_CASE("what rope_scaling says counts before rope_parameters") {
    const json both = {{"rope_scaling", {{"type", "linear"}, {"factor", 2}}},
                       {"rope_parameters", {{"rope_type", "linear"}, {"factor", 4}}}};
    CHECK(difference(both, {{"rope_scaling", {{"rope_type", "linear"}, {"factor", 2.0}}}}) == "");
}

TEST_CASE("fields that only describe are no difference") {
    const json llama = before("llama");
    json other = llama;
    for (const char* field : {"architectures", "transformers_version", "torch_dtype", "use_cache"}) other.erase(field);
    other.update({{"dtype", "float32"},
                  {"pretraining_tp", 2},
                  {"_name_or_path", "elsewhere"},
                  {"attention_dropout", 0.1},
                  {"initializer_range", 1},
                  {"auto_map", json::object()},
                  {"z_loss_weight", 0},
                  {"max_position_embeddings", 9},
                  {"eos_token_id", {1, 2}}});
    CHECK(difference(llama, other) == "");
}

TEST_CASE("a null is what the class has by default unless it turns something off") {
    const json mistral = before("mistral-window");
    CHECK(difference(mistral, changed(mistral, "head_dim", nullptr)) == "");
    CHECK(difference(mistral, changed(mistral, "rms_norm_eps", 1e-5)) == "");
    CHECK(difference({{"rope_scaling", nullptr}}, json::object()) == "");
    CHECK(difference(before("llama"), changed(before("llama"), "num_key_value_heads", nullptr)) == "");
}

TEST_CASE("of a class that is not known only what both files say is compared") {
    const json own = {{"model_type", "baichuan"}, {"hidden_size", 32}};
    CHECK(difference(own, changed(own, "rope_theta", 5.0)) == "");
    CHECK(difference(changed(own, "rope_theta", 6.0), changed(own, "rope_theta", 5.0)) != "");
    CHECK(difference(changed(own, "clip_qkv", nullptr), changed(own, "clip_qkv", 8)) != "");
}

TEST_CASE("the settings of a language model inside another are compared too") {
    const json first = {{"model_type", "gemma3"}, {"text_config", before("gemma3-text")}};
    json second = first;
    second["text_config"]["rope_theta"] = 10000;
    CHECK(difference(first, second) == "2: text_config.rope_theta is 10000, but 1000000 in 1");
}

TEST_CASE("values that nobody writes are compared as they are") {
    const json strange = {{"model_type", 5},
                          {"num_hidden_layers", 1e18},
                          {"layer_types", "x"},
                          {"num_attention_heads", 0},
                          {"rope_parameters", "y"},
                          {"sliding_window_pattern", -3},
                          {"model_type", "gemma3_text"}};
    CHECK(difference(strange, strange) == "");
    CHECK(difference(strange, changed(strange, "layer_types", "z")) != "");
    const json other = {{"model_type", "smollm3"},         {"num_hidden_layers", 4},     {"no_rope_layers", 1},
                        {"no_rope_layer_interval", 1e300}, {"use_sliding_window", true}, {"sliding_window", 8}};
    CHECK(difference(other, other) == "");
}

TEST_CASE("layers attend to windows by the rules of their class") {
    const auto kinds = [](json config) {
        config["num_hidden_layers"] = 4;
        const auto meaning = detail::meaning_of(config);
        std::string text;
        for (const auto& kind : meaning.at("layer_types").value) text += kind == "sliding_attention" ? 's' : 'f';
        return text;
    };
    CHECK(kinds({{"model_type", "gemma2"}}) == "sfsf");
    CHECK(kinds({{"model_type", "gemma2"}, {"sliding_window_pattern", 4}}) == "sfsf");  // which no file tells
    CHECK(kinds({{"model_type", "olmo3"}}) == "sssf");
    CHECK(kinds({{"model_type", "cohere2"}, {"sliding_window_pattern", 3}}) == "ssfs");
    CHECK(kinds({{"model_type", "exaone4"}, {"sliding_window", nullptr}}) == "ffff");
    CHECK(kinds({{"model_type", "qwen3"}, {"use_sliding_window", true}, {"max_window_layers", 1}}) == "fsss");
    CHECK(kinds({{"model_type", "qwen3"}, {"max_window_layers", 1}}) == "ffff");
    CHECK(kinds({{"model_type", "smollm3"}, {"use_sliding_window", true}, {"sliding_window", 8}}) == "fffs");
    CHECK_FALSE(detail::meaning_of({{"model_type", "qwen3_moe"}, {"num_hidden_layers", 4}}).contains("layer_types"));
}

TEST_CASE("a switch of windows is for the classes that have one") {
    const auto window = [](const char* type) {
        return detail::meaning_of({{"model_type", type}, {"use_sliding_window", false}, {"sliding_window", 8}})
            .at("sliding_window")
            .value;
    };
    CHECK(window("qwen2").is_null());
    CHECK(window("mistral") == 8);
}

TEST_CASE("Falcon's key heads are one, as many as queries, or as many as it says") {
    const auto heads = [](json fields) {
        fields.update({{"model_type", "falcon"}, {"num_attention_heads", 4}, {"num_kv_heads", 2}});
        return detail::meaning_of(fields).at("num_key_value_heads").value;
    };
    CHECK(heads(json::object()) == 1);
    CHECK(heads({{"multi_query", false}}) == 4);
    CHECK(heads({{"new_decoder_architecture", true}}) == 2);
}
