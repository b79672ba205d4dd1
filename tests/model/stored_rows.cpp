// SPDX-License-Identifier: Apache-2.0
#include <bouillon/model/stored_rows.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

using namespace bouillon;
using detail::attention_part;
using rows = std::vector<std::int32_t>;

namespace {

decoder heads_of_two(query_key_value_layout layout) {
    decoder of{.heads = 4, .key_value_heads = 2, .head_dim = 2, .value_dim = 2};
    of.query_key_value = layout;
    return of;
}

rows taken(const decoder& of, attention_part part) { return detail::rows_of(of, part).taken; }

}  // namespace

TEST_CASE("separate maps are taken as they are") {
    const auto of = heads_of_two(query_key_value_layout::separate);
    CHECK(taken(of, attention_part::key) == rows{0, 1, 2, 3});
    CHECK(detail::rows_of(of, attention_part::key).name == "self_attn.k_proj");
    CHECK(detail::rows_of(of, attention_part::query).count == 8);
}

TEST_CASE("in blocks all queries come first, then all keys, then all values") {
    const auto of = heads_of_two(query_key_value_layout::blocks);
    CHECK(taken(of, attention_part::query) == rows{0, 1, 2, 3, 4, 5, 6, 7});
    CHECK(taken(of, attention_part::key) == rows{8, 9, 10, 11});
    CHECK(taken(of, attention_part::value) == rows{12, 13, 14, 15});
    CHECK(detail::rows_of(of, attention_part::value).count == 16);
}

TEST_CASE("in groups each key head has its queries, its key and its value together") {
    const auto of = heads_of_two(query_key_value_layout::groups);
    CHECK(taken(of, attention_part::query) == rows{0, 1, 2, 3, 8, 9, 10, 11});
    CHECK(taken(of, attention_part::key) == rows{4, 5, 12, 13});
    CHECK(taken(of, attention_part::value) == rows{6, 7, 14, 15});
}

TEST_CASE("pairs that are neighbours in the file are brought half of the turned dimensions apart, but not in values") {
    decoder of{.heads = 1, .key_value_heads = 1, .head_dim = 6, .value_dim = 6, .rotaries = {{.dims = 4}}};
    of.interleaved_rotary = true;
    CHECK(taken(of, attention_part::query) == rows{0, 2, 1, 3, 4, 5});
    CHECK(taken(of, attention_part::key) == rows{0, 2, 1, 3, 4, 5});
    CHECK(taken(of, attention_part::value) == rows{0, 1, 2, 3, 4, 5});
}

TEST_CASE("latent attention has the turned dimensions first, which keys take from elsewhere") {
    decoder of{.heads = 2, .key_value_heads = 2, .head_dim = 3, .value_dim = 1};
    of.latent = {.query_rank = 4, .key_value_rank = 5, .turned = 2};
    CHECK(detail::latent_query_rows(of).taken == rows{1, 2, 0, 4, 5, 3});
    const rows keys = {detail::zero_row, detail::zero_row, 0, detail::zero_row, detail::zero_row, 2};
    CHECK(detail::latent_key_value_rows(of, false).taken == keys);
    CHECK(detail::latent_key_value_rows(of, true).taken == rows{1, 3});
    CHECK(detail::latent_down_rows(of, false).taken == rows{0, 1, 2, 3, 4});
    CHECK(detail::latent_down_rows(of, true).taken == rows{5, 6});
}

TEST_CASE("a gate and what it gates lie one behind the other, or by turns") {
    CHECK(detail::gate_rows("both", gate_layout::blocks, true, 2).taken == rows{0, 1});
    CHECK(detail::gate_rows("both", gate_layout::blocks, false, 2).taken == rows{2, 3});
    CHECK(detail::gate_rows("both", gate_layout::interleaved, true, 2).taken == rows{0, 2});
    CHECK(detail::gate_rows("both", gate_layout::interleaved, false, 2).taken == rows{1, 3});
    CHECK(detail::gate_rows("both", gate_layout::blocks, false, 2).count == 4);
}
