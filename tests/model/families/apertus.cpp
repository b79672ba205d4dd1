// SPDX-License-Identifier: Apache-2.0
#include <bouillon/model/families/apertus.hpp>

#include "model/families/read.hpp"

using namespace bouillon;
using test::check_refused, test::json, test::read, test::small;

TEST_CASE("Apertus has norms on heads and a feed-forward without a gate") {
    const auto model = read(detail::read_apertus, small("apertus"));
    CHECK_FALSE(model.gated);
    CHECK(model.activation.kind == activation::xielu);
    CHECK(model.query_key.over == query_key_norm::extent::head);
    CHECK(model.norm.epsilon == 1e-5);
    CHECK(model.names.attention_norm == "attention_layernorm");
    CHECK(model.names.feed_forward_norm == "feedforward_layernorm");
}

TEST_CASE("Apertus's positions are scaled unless a file says how they are") {
    using enum rotary_settings::scaling;
    const auto rotary = [](const json& more) {
        return read(detail::read_apertus, small("apertus", more)).rotaries.at(0);
    };
    const rotary_settings usual{.dims = 8,
                                .theta = 12e6,
                                .kind = llama3,
                                .factor = 8,
                                .original_context = 8192,
                                .low_factor = 1,
                                .high_factor = 4};
    CHECK(rotary(json::object()) == usual);
    const json scaling = {{"rope_type", "llama3"},
                          {"factor", 8.0},
                          {"low_freq_factor", 1.0},
                          {"high_freq_factor", 4.0},
                          {"original_max_position_embeddings", 8192}};
    CHECK(rotary({{"rope_theta", 12000000.0}, {"rope_scaling", scaling}}) == usual);
    CHECK(rotary({{"rope_parameters", {{"rope_theta", 500}, {"rope_type", "default"}}}}) ==
          rotary_settings{.dims = 8, .theta = 500});
}

TEST_CASE("another activation has no numbers of its own, and other norms are refused") {
    CHECK(read(detail::read_apertus, small("apertus", {{"hidden_act", "silu"}})).activation.kind == activation::silu);
    check_refused(detail::read_apertus, small("apertus", {{"qk_norm", false}}),
                  "'qk_norm' is false (supported so far: true)");
}
