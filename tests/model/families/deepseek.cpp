// SPDX-License-Identifier: Apache-2.0
#include <bouillon/model/families/deepseek.hpp>

#include "model/families/read.hpp"

using namespace bouillon;
using test::check_refused, test::json, test::read, test::small;

namespace {

json deepseek(const char* model_type, const json& more = json::object()) {
    auto config = small(model_type, {{"num_key_value_heads", 4},
                                     {"q_lora_rank", 6},
                                     {"kv_lora_rank", 8},
                                     {"qk_nope_head_dim", 4},
                                     {"qk_rope_head_dim", 2},
                                     {"v_head_dim", 10},
                                     {"n_routed_experts", 8},
                                     {"num_experts_per_tok", 2},
                                     {"moe_intermediate_size", 5},
                                     {"n_group", 2},
                                     {"topk_group", 1}});
    config.update(more);
    return config;
}

}  // namespace

TEST_CASE("DeepSeek's keys and values are made of latent vectors") {
    const auto model = read(detail::read_deepseek_v3, deepseek("deepseek_v3", {{"head_dim", 2}, {"qk_head_dim", 6}}));
    CHECK(model.latent == latent_attention{.query_rank = 6, .key_value_rank = 8, .turned = 2});
    CHECK(model.head_dim == 6);
    CHECK(model.value_dim == 10);
    CHECK(model.key_value_heads == 4);
    CHECK(model.rotaries == std::vector{rotary_settings{.dims = 2}});
    CHECK(model.interleaved_rotary);
    CHECK(model.later_layers_unused);
    CHECK(model.layers.front().attention_scale == 1 / std::sqrt(6.0));
    const auto other =
        read(detail::read_deepseek_v3, deepseek("deepseek_v3", {{"q_lora_rank", nullptr}, {"rope_interleave", false}}));
    CHECK(other.latent.query_rank == 0);
    CHECK_FALSE(other.interleaved_rotary);
    check_refused(detail::read_deepseek_v3, deepseek("deepseek_v3", {{"num_key_value_heads", 2}}),
                  "'num_key_value_heads' is 2 (supported so far: 4)");
}

TEST_CASE("DeepSeek's scores grow with its factor of positions") {
    json scaling = {{"type", "yarn"},
                    {"factor", 40},
                    {"original_max_position_embeddings", 16},
                    {"mscale", 1.0},
                    {"mscale_all_dim", 1.0}};
    const auto read_scaled = [&] {
        return read(detail::read_deepseek_v3, deepseek("deepseek_v3", {{"rope_scaling", scaling}}));
    };
    const double more = 0.1 * std::log(40.0) + 1;
    CHECK(read_scaled().layers.front().attention_scale == doctest::Approx(more * more / std::sqrt(6.0)));
    CHECK(read_scaled().rotaries.at(0).amplitude == 1);
    scaling["mscale_all_dim"] = 0;
    CHECK(read_scaled().layers.front().attention_scale == 1 / std::sqrt(6.0));
    CHECK(read_scaled().rotaries.at(0).amplitude == doctest::Approx(more));
}

TEST_CASE("DeepSeek 3 chooses experts by sigmoids and groups, behind its first layers") {
    const auto model = read(detail::read_deepseek_v3, deepseek("deepseek_v3", {{"n_shared_experts", 2}}));
    const expert_settings experts{.count = 8,
                                  .chosen = 2,
                                  .feed_forward = 5,
                                  .shared_feed_forward = 10,
                                  .score = expert_settings::scores::sigmoid,
                                  .renormalised = true,
                                  .factor = 2.5,
                                  .correction = true,
                                  .groups = 2,
                                  .chosen_groups = 1,
                                  .group_by = expert_settings::group_score::two_largest};
    CHECK(model.experts == experts);
    CHECK(model.feed_forward == 48);
    CHECK_FALSE(model.layers[2].experts);
    CHECK(model.layers[3].experts);
    check_refused(detail::read_deepseek_v3, deepseek("deepseek_v3", {{"n_group", 3}}),
                  "'n_group' is 3 ('n_routed_experts' 8 is no multiple of it)");
    check_refused(detail::read_deepseek_v3, deepseek("deepseek_v3", {{"topk_group", 3}}),
                  "'topk_group' is 3 (there are 2 groups)");
    check_refused(detail::read_deepseek_v3, deepseek("deepseek_v3", {{"num_experts_per_tok", 5}}),
                  "'num_experts_per_tok' is 5 (the chosen groups have fewer)");
    check_refused(detail::read_deepseek_v3, deepseek("deepseek_v3", {{"n_group", 8}, {"topk_group", 4}}),
                  "'n_group' is 8 (a group needs two experts)");
    check_refused(detail::read_deepseek_v3, deepseek("deepseek_v3", {{"scoring_func", "softmax"}}),
                  "'scoring_func' is \"softmax\" (supported so far: \"sigmoid\")");
}

TEST_CASE("DeepSeek 2 chooses experts by a softmax, in groups where it says so") {
    const auto model = read(detail::read_deepseek_v2, deepseek("deepseek_v2"));
    CHECK(model.experts == expert_settings{.count = 8, .chosen = 2, .feed_forward = 5, .shared_feed_forward = 10});
    CHECK(model.layers.front().experts);
    CHECK(model.interleaved_rotary);
    const auto grouped =
        read(detail::read_deepseek_v2, deepseek("deepseek_v2", {{"topk_method", "group_limited_greedy"}}));
    CHECK(grouped.experts.groups == 2);
    CHECK(grouped.experts.chosen_groups == 1);
    CHECK(grouped.experts.group_by == expert_settings::group_score::largest);
    check_refused(detail::read_deepseek_v2, deepseek("deepseek_v2", {{"topk_method", "noaux_tc"}}),
                  "'topk_method' is \"noaux_tc\" (supported so far: \"greedy\")");
    check_refused(detail::read_deepseek_v2, deepseek("deepseek_v2", {{"norm_topk_prob", true}}),
                  "'norm_topk_prob' is true (supported so far: false)");
}
