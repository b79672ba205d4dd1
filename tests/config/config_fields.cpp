// SPDX-License-Identifier: Apache-2.0
#include <bouillon/config/config_fields.hpp>

#include <doctest/doctest.h>

using namespace bouillon;
using nlohmann::json;

TEST_CASE("a field is found under any of its names, and a value before a null") {
    const json config = {{"num_local_experts", 8}, {"hidden_act", nullptr}, {"hidden_activation", "gelu"}};
    const detail::config_fields fields(config);
    CHECK(fields.find("num_experts")->value == 8);
    CHECK(fields.find("num_experts")->field == "num_local_experts");
    CHECK(fields.find("hidden_act")->value == "gelu");
    CHECK_FALSE(fields.find("rope_theta"));
}

TEST_CASE("a class that has a field under another name reads that first") {
    const json both = {{"hidden_act", "gelu"}, {"hidden_activation", "relu"}, {"model_max_length", 8}};
    CHECK(detail::config_fields(both).find("hidden_act")->value == "gelu");
    CHECK_FALSE(detail::config_fields(both).find("max_position_embeddings"));
    json gemma = both;
    gemma["model_type"] = "gemma2";
    CHECK(detail::config_fields(gemma).find("hidden_act")->value == "relu");
    json baichuan = both;
    baichuan["model_type"] = "baichuan";
    CHECK(detail::config_fields(baichuan).find("max_position_embeddings")->value == 8);
    CHECK(detail::config_fields(baichuan).names("max_position_embeddings").front() == "model_max_length");
}

TEST_CASE("what a file leaves out is its class's default, where that is known") {
    const json mistral = {{"model_type", "mistral"}, {"rms_norm_eps", nullptr}};
    const detail::config_fields fields(mistral);
    CHECK(fields.find_or_default("rms_norm_eps")->value == 1e-6);
    CHECK(fields.find_or_default("rms_norm_eps")->by_default);
    CHECK(fields.number("sliding_window") == 4096);
    CHECK_FALSE(fields.find_or_default("clip_qkv"));
    const json unlimited = {{"model_type", "mistral"}, {"sliding_window", nullptr}};
    CHECK(detail::config_fields(unlimited).find_or_default("sliding_window")->value.is_null());
    const json unknown = {{"rms_norm_eps", nullptr}};
    CHECK_FALSE(detail::config_fields(unknown).find_or_default("rms_norm_eps")->by_default);
}
