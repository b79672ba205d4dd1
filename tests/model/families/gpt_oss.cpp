// SPDX-License-Identifier: Apache-2.0
#include <bouillon/model/families/gpt_oss.hpp>

#include "model/families/read.hpp"

using namespace bouillon;
using test::check_refused, test::json, test::read, test::small;

TEST_CASE("gpt-oss has sinks, windows in every other layer, and experts with a clipped activation") {
    const auto model = read(detail::read_gpt_oss, small("gpt_oss", {{"num_local_experts", 8},
                                                                    {"experts_per_token", 4},
                                                                    {"num_experts_per_tok", 4},
                                                                    {"initial_context_length", 4096},
                                                                    {"hidden_act", "silu"}}));
    CHECK(model.sinks);
    CHECK(model.query_key_value_biased);
    CHECK(model.attention_output_biased);
    CHECK(test::reaches(model) == std::vector<std::size_t>{128, 0, 128, 0});
    CHECK(model.activation == activation_function{.kind = activation::clipped_silu, .sharpness = 1.702f, .limit = 7});
    CHECK(model.experts == expert_settings{.count = 8,
                                           .chosen = 4,
                                           .feed_forward = 48,
                                           .score = expert_settings::scores::chosen_softmax,
                                           .router_biased = true,
                                           .biased = true,
                                           .gates = gate_layout::interleaved,
                                           .stacked = true});
    CHECK(model.head_dim == 64);
    CHECK(model.names.router == "mlp.router");
}

TEST_CASE("gpt-oss's positions are YaRN's unless it says otherwise") {
    const auto rotary = read(detail::read_gpt_oss, small("gpt_oss")).rotaries.at(0);
    CHECK(rotary.kind == rotary_settings::scaling::yarn);
    CHECK(rotary.factor == 32);
    CHECK(rotary.theta == 150000);
    CHECK(rotary.original_context == 4096);
    CHECK_FALSE(rotary.whole_dimensions);
    CHECK(rotary.amplitude == doctest::Approx(0.1 * std::log(32.0) + 1));
    check_refused(detail::read_gpt_oss, small("gpt_oss", {{"num_experts_per_tok", 4}, {"experts_per_token", 2}}),
                  "'experts_per_token' is 2, but 'num_experts_per_tok' is 4");
}
