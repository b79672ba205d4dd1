// SPDX-License-Identifier: Apache-2.0
#include <bouillon/model/language_model_config.hpp>

#include <doctest/doctest.h>

using namespace bouillon;

TEST_CASE("a model is one of Llama's kind unless its architecture says otherwise") {
    const language_model_config config;
    CHECK(config.normalization == normalization::rms);
    CHECK(config.activation == activation::gated_silu);
    CHECK_FALSE(config.parallel_residual);
    CHECK(config.names.layers + "0." + config.names.query == "model.layers.0.self_attn.q_proj");
    CHECK(config.names.query_key_value.empty());
}
