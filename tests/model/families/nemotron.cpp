// SPDX-License-Identifier: Apache-2.0
#include <bouillon/model/families/nemotron.hpp>

#include "model/families/read.hpp"

using namespace bouillon;
using test::check_refused, test::json, test::read, test::small;

TEST_CASE("Nemotron's layer norms store what is left of 1, and half of each head is turned") {
    const auto model = read(detail::read_nemotron, small("nemotron", {{"norm_eps", 1e-6}, {"mlp_bias", true}}));
    CHECK(model.norm ==
          norm_settings{.kind = norm_settings::function::layer, .epsilon = 1e-6, .offset = 1, .biased = true});
    CHECK(model.rotaries.at(0).dims == 4);
    CHECK_FALSE(model.gated);
    CHECK(model.activation.kind == activation::relu_squared);
    CHECK(model.feed_forward_biased);
    CHECK_FALSE(model.query_key_value_biased);
    CHECK(read(detail::read_nemotron, small("nemotron", {{"head_dim", 16}})).head_dim == 16);
    check_refused(detail::read_nemotron, small("nemotron", {{"partial_rotary_percent", 0.5}}),
                  "'partial_rotary_percent' is 0.5 (bouillon does not know this field; remove it if it does not "
                  "change the model)");
}
