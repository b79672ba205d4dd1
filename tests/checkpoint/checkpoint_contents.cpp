// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/checkpoint_contents.hpp>

#include <doctest/doctest.h>

using namespace bouillon;

TEST_CASE("nothing is left out of a checkpoint until a reader says so") {
    const checkpoint_contents contents;
    CHECK(contents.left_out == left_out_values{});
    CHECK(contents.left_out == left_out_values{0, 0});
    CHECK_FALSE(contents.left_out == left_out_values{0, 1});
}
