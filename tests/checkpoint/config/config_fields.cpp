// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/config/config_fields.hpp>

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
