// SPDX-License-Identifier: Apache-2.0
#include <bouillon/surrogate/blocks.hpp>

#include <doctest/doctest.h>

#include <vector>

using namespace bouillon;

TEST_CASE("blocks cover every point once, in order, the last one with what is left") {
    for (const std::size_t points : {0, 1, 255, 256, 257, 1025}) {
        std::size_t covered = 0;
        detail::for_each_block(points, [&](std::size_t first, std::size_t count) {
            CHECK(first == covered);
            CHECK(count > 0);
            CHECK(count <= detail::points_in_block);
            covered += count;
        });
        CHECK(covered == points);
    }
}
