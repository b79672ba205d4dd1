// SPDX-License-Identifier: Apache-2.0
#include <bouillon/model/families/granite.hpp>

#include "model/families/read.hpp"

using namespace bouillon;
using test::check_refused, test::json, test::read, test::small;

TEST_CASE("Granite's factors are read") {
    const auto model = read(detail::read_granite, small("granite", {{"embedding_multiplier", 12},
                                                                    {"residual_multiplier", 0.5},
                                                                    {"attention_multiplier", 0.25},
                                                                    {"logits_scaling", 8.0},
                                                                    {"mlp_bias", true}}));
    CHECK(model.embedding_scale == 12);
    CHECK(model.residual_scale == 0.5);
    CHECK(model.layers.back().attention_scale == 0.25);
    CHECK(model.logit_scale == 0.125);
    CHECK(model.feed_forward_biased);
}

TEST_CASE("Granite's factors are 1 unless it says otherwise, that of scores too") {
    const auto model = read(detail::read_granite, small("granite"));
    CHECK(model.layers.front().attention_scale == 1);
    CHECK(model.logit_scale == 1);
    check_refused(detail::read_granite, small("granite", {{"logits_scaling", 0}}),
                  "'logits_scaling' is 0 (a positive number is needed)");
}
