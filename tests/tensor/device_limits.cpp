// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/device_limits.hpp>

#include <doctest/doctest.h>

TEST_CASE("a block's first key may be a multiple of 8, so a block has a multiple of 8 queries") {
    CHECK(bouillon::detail::block_queries % 8 == 0);
}
