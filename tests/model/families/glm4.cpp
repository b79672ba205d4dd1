// SPDX-License-Identifier: Apache-2.0
#include <bouillon/model/families/glm4.hpp>

#include "model/families/read.hpp"

using namespace bouillon;
using test::check_refused, test::json, test::read, test::small;

TEST_CASE("GLM 4 has norms around each half of a layer, and turns half of each head in neighbours") {
    const auto model = read(detail::read_glm4, small("glm4"));
    CHECK(model.attention_norms == norm_places{.input = true, .output = true});
    CHECK(model.names.attention_output_norm == "post_self_attn_layernorm");
    CHECK(model.names.feed_forward_norm == "post_attention_layernorm");
    CHECK(model.names.feed_forward_output_norm == "post_mlp_layernorm");
    CHECK(model.gates == gate_layout::blocks);
    CHECK(model.interleaved_rotary);
    CHECK(model.head_dim == 128);
    CHECK(model.rotaries.at(0).dims == 64);
    CHECK(model.norm.epsilon == 1.5625e-07);
    CHECK(model.query_key_value_biased);
    CHECK_FALSE(model.attention_output_biased);
    check_refused(detail::read_glm4, small("glm4", {{"mlp_bias", true}}),
                  "'mlp_bias' is true (bouillon does not know this field; remove it if it does not change the model)");
}
