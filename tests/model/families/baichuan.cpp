// SPDX-License-Identifier: Apache-2.0
#include <bouillon/model/families/baichuan.hpp>

#include "model/families/read.hpp"

using namespace bouillon;
using test::check_refused, test::json, test::read, test::small;

TEST_CASE("the smaller Baichuan 2 turns its heads, and the rows of its head have length 1") {
    const auto model =
        read(detail::read_baichuan,
             small("baichuan", {{"num_key_value_heads", "absent"}, {"model_max_length", 64}, {"z_loss_weight", 0}}));
    CHECK(model.rotaries == std::vector{rotary_settings{.dims = 8}});
    CHECK(model.bias_by_position == position_bias::none);
    CHECK(model.head_rows_normalised);
    CHECK(model.key_value_heads == 4);
    CHECK(model.query_key_value == query_key_value_layout::blocks);
    CHECK(model.names.query_key_value == "self_attn.W_pack");
    CHECK(model.context == 64);
}

TEST_CASE("the larger Baichuan has ALiBi, and the first generation a plain head") {
    const auto model = read(detail::read_baichuan, small("baichuan", {{"num_key_value_heads", "absent"},
                                                                      {"max_position_embeddings", "absent"},
                                                                      {"model_max_length", 64},
                                                                      {"gradient_checkpointing", {false}},
                                                                      {"vocab_size", 64000}}));
    CHECK(model.bias_by_position == position_bias::alibi);
    CHECK(test::turns(model) == std::vector<int>(4, -1));
    CHECK_FALSE(model.head_rows_normalised);
    CHECK(model.context == 64);
}

TEST_CASE("a Baichuan of a published size is known by that") {
    const json more = {{"num_key_value_heads", "absent"}, {"vocab_size", 125696}, {"hidden_size", 4096}};
    auto config = small("baichuan", more);
    CHECK(read(detail::read_baichuan, config).head_rows_normalised);
    CHECK(read(detail::read_baichuan, config).bias_by_position == position_bias::none);
    config["hidden_size"] = 5120;
    CHECK(read(detail::read_baichuan, config).bias_by_position == position_bias::alibi);
}

TEST_CASE("a Baichuan whose generation cannot be told is refused") {
    check_refused(detail::read_baichuan, small("baichuan", {{"num_key_value_heads", "absent"}}),
                  "'vocab_size' is 100 (64000 tells Baichuan 1, 125696 or a 'z_loss_weight' Baichuan 2)");
}
