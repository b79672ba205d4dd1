// SPDX-License-Identifier: Apache-2.0
#include <bouillon/model/families/falcon.hpp>

#include "model/families/read.hpp"

using namespace bouillon;
using test::check_refused, test::json, test::read, test::small;

namespace {

decoder falcon(const json& more) {
    auto config = small("falcon", {{"intermediate_size", "absent"}, {"num_key_value_heads", "absent"}});
    config.update(more);
    return read(detail::read_falcon, config);
}

}  // namespace

TEST_CASE("Falcon's queries share one key and value, and both halves of a layer read one norm") {
    const auto model = falcon({{"num_kv_heads", 4}, {"apply_residual_connection_post_layernorm", false}});
    CHECK(model.key_value_heads == 1);
    CHECK(model.query_key_value == query_key_value_layout::groups);
    CHECK(model.parallel_residual);
    CHECK_FALSE(model.feed_forward_norms.input);
    CHECK(model.feed_forward == 128);
    CHECK(model.rotaries == std::vector{rotary_settings{.dims = 8}});
    CHECK(model.norm.biased);
    CHECK_FALSE(model.feed_forward_biased);
    CHECK(model.tied_head);
    CHECK(falcon({{"ffn_hidden_size", 48}}).feed_forward == 48);
}

TEST_CASE("Falcon's older form has as many keys as queries, and one half after the other") {
    const auto model = falcon({{"multi_query", false},
                               {"parallel_attn", false},
                               {"alibi", true},
                               {"bias", true},
                               {"rope_parameters", {{"rope_theta", 10000.0}, {"rope_type", "default"}}}});
    CHECK(model.key_value_heads == 4);
    CHECK_FALSE(model.parallel_residual);
    CHECK(model.feed_forward_norms.input);
    CHECK(model.names.feed_forward_norm == "post_attention_layernorm");
    CHECK(model.bias_by_position == position_bias::rounded_alibi);
    CHECK(test::turns(model) == std::vector<int>(4, -1));
    CHECK(model.feed_forward_biased);
}

TEST_CASE("Falcon's newer form has groups, and a norm for each half") {
    const auto model = falcon({{"new_decoder_architecture", true}, {"num_kv_heads", 2}});
    CHECK(model.key_value_heads == 2);
    CHECK(model.feed_forward_norms.input);
    CHECK(model.names.attention_norm == "ln_attn");
    CHECK(model.names.feed_forward_norm == "ln_mlp");
    const auto one = falcon({{"new_decoder_architecture", true}, {"num_kv_heads", 2}, {"num_ln_in_parallel_attn", 1}});
    CHECK_FALSE(one.feed_forward_norms.input);
    CHECK(one.names.attention_norm == "input_layernorm");
}

TEST_CASE("forms of Falcon that do not exist are refused") {
    CHECK_THROWS_WITH_AS(falcon({{"num_ln_in_parallel_attn", 2}}),
                         "c.json: 'num_ln_in_parallel_attn' is 2 (supported so far: 1)", input_error);
    CHECK_THROWS_WITH_AS(falcon({{"new_decoder_architecture", true}, {"parallel_attn", false}}),
                         "c.json: 'parallel_attn' is false (supported so far: true)", input_error);
}
