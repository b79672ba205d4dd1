// SPDX-License-Identifier: Apache-2.0
#include <bouillon/model/decoder.hpp>

#include <doctest/doctest.h>

using namespace bouillon;

TEST_CASE("a decoder is one of Llama's kind unless its family says otherwise") {
    const decoder model;
    CHECK(model.norm.kind == norm_settings::function::rms);
    CHECK(model.activation.kind == activation::silu);
    CHECK(model.gated);
    CHECK(model.attention_norms.input);
    CHECK_FALSE(model.attention_norms.output);
    CHECK_FALSE(model.parallel_residual);
    CHECK(model.query_key_value == query_key_value_layout::separate);
    CHECK(model.names.layers + "0." + model.names.query == "model.layers.0.self_attn.q_proj");
}
