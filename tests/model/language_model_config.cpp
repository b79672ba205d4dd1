// SPDX-License-Identifier: Apache-2.0
#include <bouillon/model/language_model_config.hpp>

#include <doctest/doctest.h>

using namespace bouillon;

namespace {

language_model_config finished(const char* json) {
    language_model_config config;
    config.heads = 4;
    config.key_value_heads = 2;
    detail::finish_config(detail::config_reader(json, "c.json"), config);
    return config;
}

}  // namespace

TEST_CASE("fields about training and generation are passed over, others are not") {
    CHECK_NOTHROW(finished(R"({"model_type": "x", "use_cache": true, "eos_token_id": [1, 2], "dtype": "bfloat16",
                               "temperature": 0.7, "transformers_version": "4.40.1", "quantization_config": null})"));
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
