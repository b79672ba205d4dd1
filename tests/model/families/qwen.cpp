// SPDX-License-Identifier: Apache-2.0
#include <bouillon/model/families/qwen.hpp>

#include "model/families/read.hpp"

using namespace bouillon;
using test::check_refused, test::json, test::read, test::small;

TEST_CASE("Qwen 2 has biases on queries, keys and values") {
    const auto model = read(detail::read_qwen2, small("qwen2", {{"use_sliding_window", false}, {"sliding_window", 8}}));
    CHECK(model.query_key_value_biased);
    CHECK_FALSE(model.attention_output_biased);
    CHECK(model.context == 64);
    CHECK(test::reaches(model) == std::vector<std::size_t>(4, 0));
}

TEST_CASE("later layers of Qwen 2 and 3 attend to a window, or those that a file lists") {
    const auto by_rule =
        small("qwen2", {{"use_sliding_window", true}, {"sliding_window", 8}, {"max_window_layers", 3}});
    CHECK(test::reaches(read(detail::read_qwen2, by_rule)) == std::vector<std::size_t>{0, 0, 0, 8});
    const std::vector<std::string> kinds = {"sliding_attention", "full_attention", "full_attention", "full_attention"};
    const auto listed = small("qwen3", {{"use_sliding_window", true}, {"sliding_window", 8}, {"layer_types", kinds}});
    CHECK(test::reaches(read(detail::read_qwen3, listed)) == std::vector<std::size_t>{8, 0, 0, 0});
    check_refused(detail::read_qwen2, small("qwen2", {{"num_hidden_layers", 1}, {"layer_types", {"linear_attention"}}}),
                  "'layer_types' is [\"linear_attention\"] (supported so far: \"full_attention\", "
                  "\"sliding_attention\")");
    check_refused(detail::read_qwen2,
                  small("qwen2", {{"num_hidden_layers", 1}, {"layer_types", {"sliding_attention"}}}),
                  "'layer_types' is [\"sliding_attention\"] (\"sliding_attention\" needs a 'sliding_window')");
    check_refused(detail::read_qwen2, small("qwen2", {{"layer_types", {"full_attention"}}}),
                  "'layer_types' is [\"full_attention\"] (a kind is needed for each of 4 layers)");
}

TEST_CASE("Qwen 3 has norms on heads, which are 128 wide unless it says otherwise") {
    const auto model = read(detail::read_qwen3, small("qwen3"));
    CHECK(model.head_dim == 128);
    CHECK(model.query_key == query_key_norm{.over = query_key_norm::extent::head, .norm = {.epsilon = 1e-6}});
    CHECK_FALSE(model.query_key_value_biased);
    CHECK(read(detail::read_qwen3, small("qwen3", {{"attention_bias", true}})).attention_output_biased);
}

TEST_CASE("some layers of a Qwen 3 have experts") {
    const json experts = {{"num_experts", 8}, {"num_experts_per_tok", 2}, {"moe_intermediate_size", 16}};
    const auto with = [&](json more) {
        more.update(experts);
        return read(detail::read_qwen3_moe, small("qwen3_moe", more));
    };
    const auto model = with({{"decoder_sparse_step", 2}, {"mlp_only_layers", {3}}, {"sliding_window", 8}});
    CHECK(model.experts == expert_settings{.count = 8, .chosen = 2, .feed_forward = 16});
    CHECK(model.feed_forward == 48);
    CHECK(model.head_dim == 8);
    CHECK_FALSE(model.layers[0].experts);
    CHECK(model.layers[1].experts);
    CHECK_FALSE(model.layers[3].experts);
    CHECK(test::reaches(model) == std::vector<std::size_t>(4, 0));
    CHECK(test::reaches(with({{"use_sliding_window", true}, {"sliding_window", 8}})) == std::vector<std::size_t>(4, 8));
    CHECK(with({{"norm_topk_prob", true}}).experts.renormalised);
    check_refused(detail::read_qwen3_moe, small("qwen3_moe", {{"num_local_experts", 4}}),
                  "'num_experts_per_tok' is 8 by default (there are 4 experts)");
}
