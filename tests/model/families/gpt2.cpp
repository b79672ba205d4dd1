// SPDX-License-Identifier: Apache-2.0
#include <bouillon/model/families/gpt2.hpp>

#include "model/families/read.hpp"

using namespace bouillon;
using test::check_refused, test::json, test::read, test::small;

namespace {

json gpt2(const json& more = json::object()) {
    json config = {{"model_type", "gpt2"}, {"vocab_size", 100}, {"n_embd", 32},
                   {"n_layer", 2},         {"n_head", 4},       {"n_positions", 64}};
    config.update(more);
    return config;
}

}  // namespace

TEST_CASE("GPT-2 is read under its own names of sizes") {
    const auto model = read(detail::read_gpt2, gpt2({{"n_ctx", 64}, {"n_inner", nullptr}}));
    CHECK(model.width == 32);
    CHECK(model.layers.size() == 2);
    CHECK(model.feed_forward == 128);
    CHECK(model.context == 64);
    CHECK(model.learned_positions);
    CHECK(model.position_rows == 64);
    CHECK(model.first_position == 0);
    CHECK(model.transposed_maps);
    CHECK(model.query_key_value == query_key_value_layout::blocks);
    CHECK(model.activation.kind == activation::gelu_tanh);
    CHECK(model.tied_head);
    CHECK(model.names.older_prefix == "transformer.");
    CHECK(test::turns(model) == std::vector<int>{-1, -1});
    CHECK(read(detail::read_gpt2, gpt2({{"n_inner", 48}})).feed_forward == 48);
}

TEST_CASE("GPT-2's scores are scaled by their layer where it says so") {
    const auto scales = [](const json& more) {
        const auto model = read(detail::read_gpt2, gpt2(more));
        return std::vector{model.layers[0].attention_scale, model.layers[1].attention_scale};
    };
    const double usual = test::usual_scale(8);
    CHECK(scales(json::object()) == std::vector{usual, usual});
    CHECK(scales({{"scale_attn_by_inverse_layer_idx", true}}) == std::vector{usual, usual / 2});
    CHECK(scales({{"scale_attn_weights", false}}) == std::vector{1.0, 1.0});
    check_refused(detail::read_gpt2, gpt2({{"add_cross_attention", true}}),
                  "'add_cross_attention' is true (supported so far: false)");
    check_refused(detail::read_gpt2, gpt2({{"n_head", 5}}),
                  "'n_embd' is 32 (it is no multiple of 'num_attention_heads' 5)");
}
