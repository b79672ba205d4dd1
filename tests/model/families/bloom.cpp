// SPDX-License-Identifier: Apache-2.0
#include <bouillon/model/families/bloom.hpp>

#include "model/families/read.hpp"

using namespace bouillon;
using test::check_refused, test::json, test::read, test::small;

TEST_CASE("BLOOM has ALiBi and a norm of embeddings, in both spellings of its sizes") {
    const json before = {{"model_type", "bloom"}, {"vocab_size", 100},          {"n_embed", 32},
                         {"n_layer", 4},          {"num_attention_heads", 4},   {"seq_length", 64},
                         {"n_inner", nullptr},    {"bias_dropout_fusion", true}};
    const auto model = read(detail::read_bloom, before);
    CHECK(model.bias_by_position == position_bias::alibi);
    CHECK(test::turns(model) == std::vector<int>(4, -1));
    CHECK(model.embedding_normalised);
    CHECK(model.feed_forward == 128);
    CHECK(model.context == 64);
    CHECK(model.activation.kind == activation::gelu_tanh);
    CHECK(model.query_key_value == query_key_value_layout::groups);
    CHECK(model.key_value_heads == 4);
    CHECK(model.tied_head);
    CHECK_FALSE(model.residual_normed);
    const json after = {{"model_type", "bloom"}, {"vocab_size", 100}, {"hidden_size", 32},
                        {"n_layer", 4},          {"n_head", 4},       {"seq_length", 64}};
    CHECK(read(detail::read_bloom, after) == model);
    json residual = after;
    residual["apply_residual_connection_post_layernorm"] = true;
    CHECK(read(detail::read_bloom, residual).residual_normed);
    residual["alibi"] = false;
    check_refused(detail::read_bloom, residual,
                  "'alibi' is false (bouillon does not know this field; remove it if it does not change the model)");
}
