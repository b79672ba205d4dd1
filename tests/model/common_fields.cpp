// SPDX-License-Identifier: Apache-2.0
#include <bouillon/model/common_fields.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace bouillon;

namespace {

rotary_settings read(const std::string& json, double share = 1) {
    return detail::read_rotary(detail::config_reader(json, "c.json"), 8, "rope_theta", "rotary_pct", share);
}

language_model_config finished(const char* json) {
    language_model_config config;
    config.heads = 4;
    config.key_value_heads = 2;
    detail::finish_config(detail::config_reader(json, "c.json"), config);
    return config;
}

}  // namespace

TEST_CASE("settings are found where each version of transformers puts them") {
    const rotary_settings plain{.dims = 8, .theta = 500};
    CHECK(read(R"({"rope_theta": 500})") == plain);
    CHECK(read(R"({"rope_theta": 500, "rope_scaling": null})") == plain);
    CHECK(read(R"({"rope_parameters": {"rope_type": "default", "rope_theta": 500}})") == plain);
    CHECK(read("{}") == rotary_settings{.dims = 8});
    CHECK(read(R"({"rotary_pct": 0.5})", 0.25).dims == 4);
    CHECK(read("{}", 0.25).dims == 2);
    CHECK(read(R"({"rope_parameters": {"partial_rotary_factor": 0.75}})", 0.25).dims == 6);
    CHECK(read(R"({"rope_scaling": {"type": "linear", "factor": 2.0}})").factor == 2);
    const rotary_settings llama3{.dims = 8, .factor = 8, .low_factor = 1, .high_factor = 4, .original_context = 8192};
    const std::string scaling = R"("rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0,
                                   "high_freq_factor": 4.0, "original_max_position_embeddings": 8192)";
    CHECK(read(R"({"rope_scaling": {"type": "llama3", )" + scaling + "}}") == llama3);
    CHECK(read(R"({"rope_parameters": {)" + scaling + "}}") == llama3);
}

TEST_CASE("what rope_scaling says counts alone where a file has both") {
    const auto both = read(R"({"rope_scaling": {"rope_type": "linear", "factor": 2.0, "rope_theta": 500},
                               "rope_parameters": {"rope_type": "linear", "factor": 4.0, "rope_theta": 700}})");
    CHECK(both.factor == 2);
    CHECK(both.theta == 500);
    CHECK(read(R"({"rope_scaling": null, "rope_parameters": {"rope_theta": 700}})").theta == 700);
    CHECK(read(R"({"rope_scaling": {}, "rope_parameters": {"rope_theta": 700}})").theta == 700);
}

TEST_CASE("a rotation that would be guessed is refused") {
    const auto refused = [](const std::string& json, const std::string& message) {
        CHECK_THROWS_WITH_AS(read(json), message.c_str(), input_error);
    };
    refused(R"({"rope_scaling": {"type": "yarn", "factor": 4}})",
            R"(c.json: rope_scaling: 'type' is "yarn" (supported so far: "default", "linear", "llama3"))");
    refused(R"({"rope_scaling": {"factor": 8}})",
            "c.json: rope_scaling: 'factor' is 8 (bouillon does not know this field; remove it if it does not change "
            "the model)");
    refused(R"({"rope_parameters": {"rope_type": "linear"}})", "c.json: rope_parameters: 'factor' is missing");
    refused(R"({"rope_scaling": {"rope_type": "llama3", "factor": 8, "low_freq_factor": 4, "high_freq_factor": 4,
                                 "original_max_position_embeddings": 8}})",
            "c.json: rope_scaling: 'high_freq_factor' is 4 (it must be above 'low_freq_factor')");
    refused(R"({"rotary_pct": 0.4})", "c.json: 3 of a head's 8 dimensions cannot be rotated: an even number is needed");
}

TEST_CASE("fields about training and generation are passed over, others are not") {
    CHECK_NOTHROW(finished(R"({"model_type": "x", "use_cache": true, "eos_token_id": [1, 2], "dtype": "bfloat16",
                               "temperature": 0.7, "transformers_version": "4.40.1", "quantization_config": null})"));
    CHECK_NOTHROW(finished(R"({"pretraining_tp": 2, "auto_map": {"AutoConfig": "x"}, "model_max_length": 4096,
                               "_from_model_config": true, "z_loss_weight": 0, "rope_interleaved": false})"));
    CHECK_THROWS_AS(finished(R"({"rope_interleaved": true})"), input_error);
    CHECK_THROWS_AS(finished(R"({"final_logit_softcapping": 30.0})"), input_error);
    CHECK_THROWS_AS(finished(R"({"quantization_config": {"bits": 4}})"), input_error);
}

TEST_CASE("a head is tied where the file says so") {
    CHECK(finished(R"({"tie_word_embeddings": true})").tied_head);
    CHECK_FALSE(finished("{}").tied_head);
}

TEST_CASE("heads that do not share keys evenly are refused with both numbers") {
    language_model_config config;
    config.heads = 4;
    config.key_value_heads = 3;
    CHECK_THROWS_WITH_AS(detail::finish_config(detail::config_reader("{}", "c.json"), config),
                         "c.json: 'num_attention_heads' 4 is no multiple of 'num_key_value_heads' 3", input_error);
}
