// SPDX-License-Identifier: Apache-2.0
#include <bouillon/model/families/opt.hpp>

#include "model/families/read.hpp"

using namespace bouillon;
using test::check_refused, test::json, test::read, test::small;

namespace {

json opt(const json& more = json::object()) {
    auto config = small("opt", {{"intermediate_size", "absent"}, {"num_key_value_heads", "absent"}, {"ffn_dim", 48}});
    config.update(more);
    return config;
}

}  // namespace

TEST_CASE("OPT has learned positions, whose first rows are of no token") {
    const auto model = read(detail::read_opt, opt({{"word_embed_proj_dim", 32}}));
    CHECK(model.feed_forward == 48);
    CHECK(model.learned_positions);
    CHECK(model.first_position == 2);
    CHECK(model.position_rows == 66);
    CHECK(model.context == 64);
    CHECK(model.embedding_width == 0);
    CHECK(model.activation.kind == activation::relu);
    CHECK(model.query_key_value_biased);
    CHECK(model.attention_norms == norm_places{});
    CHECK(model.final_norm);
    CHECK(model.tied_head);
}

TEST_CASE("OPT's variants are read") {
    const auto model = read(detail::read_opt, opt({{"word_embed_proj_dim", 16}, {"do_layer_norm_before", false}}));
    CHECK(model.embedding_width == 16);
    CHECK(model.feed_forward_norms == norm_places{.input = false, .sum = true});
    CHECK_FALSE(model.final_norm);
    const auto bare = read(
        detail::read_opt,
        opt({{"layer_norm_elementwise_affine", false}, {"enable_bias", false}, {"_remove_final_layer_norm", true}}));
    CHECK(bare.norm == norm_settings{.kind = norm_settings::function::layer, .epsilon = 1e-5, .weighted = false});
    CHECK_FALSE(bare.feed_forward_biased);
    CHECK_FALSE(bare.final_norm);
    check_refused(detail::read_opt, opt({{"rope_theta", 5}}),
                  "'rope_theta' is 5 (bouillon does not know this field; remove it if it does not change the model)");
}
