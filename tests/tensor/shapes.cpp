// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/shapes.hpp>

#include <doctest/doctest.h>

using namespace bouillon;

TEST_CASE("queries share key heads in equal runs") {
    const attention_shape shape{.heads = 6, .kv_heads = 2, .head_dim = 5};
    CHECK(shape.query_width() == 30);
    CHECK(shape.key_width() == 10);
    CHECK(shape.kv_head(0) == 0);
    CHECK(shape.kv_head(2) == 0);
    CHECK(shape.kv_head(3) == 1);
    CHECK(shape.kv_head(5) == 1);
}

TEST_CASE("values are as wide as keys, and scores scaled by the root of that, unless it is said otherwise") {
    const attention_shape plain{.heads = 6, .kv_heads = 2, .head_dim = 16};
    CHECK(plain.value_width() == plain.key_width());
    CHECK(plain.output_width() == plain.query_width());
    CHECK(plain.scale == 0.25f);
    const attention_shape other{.heads = 6, .kv_heads = 2, .head_dim = 16, .value_dim = 4, .scale = 1};
    CHECK(other.value_width() == 8);
    CHECK(other.output_width() == 24);
    CHECK(other.scale == 1);
}

TEST_CASE("a query sees as many tokens as it reaches, its own included") {
    attention_shape shape{.heads = 1, .kv_heads = 1, .head_dim = 1};
    CHECK(shape.first_seen(100) == 0);
    shape.reach = 1;
    CHECK(shape.first_seen(0) == 0);
    CHECK(shape.first_seen(7) == 7);
    shape.reach = 5;
    CHECK(shape.first_seen(4) == 0);
    CHECK(shape.first_seen(5) == 1);
}

TEST_CASE("a rotation turns half as many pairs as dimensions") {
    CHECK(rotation_shape{.rows = 1, .heads = 3, .head_dim = 8, .turned = 6}.pairs() == 3);
}
