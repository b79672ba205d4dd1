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

TEST_CASE("a rotation turns half as many pairs as dimensions") {
    CHECK(rotation_shape{.rows = 1, .heads = 3, .head_dim = 8, .turned = 6}.pairs() == 3);
}
