// SPDX-License-Identifier: Apache-2.0
#include <bouillon/model/window_batch.hpp>

#include <doctest/doctest.h>

TEST_CASE("a fresh batch holds no window and no row") {
    const bouillon::window_batch batch;
    CHECK(batch.rows() == 0);
    CHECK(batch.windows() == 0);
}
