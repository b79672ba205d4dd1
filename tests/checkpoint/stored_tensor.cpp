// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/stored_tensor.hpp>

#include "checkpoint/blocks.hpp"
#include <doctest/doctest.h>

using namespace bouillon;

namespace {

std::string refusal(const test::sizes& whole, const std::vector<test::block>& blocks, dtype type = dtype::u16) {
    const test::stored_blocks stored(whole, blocks);
    auto tensor = stored.tensor();
    tensor.description.type = type;
    return stored.shortened(test::message_of<input_error>([&] { detail::check_blocks(tensor); }));
}

}  // namespace

TEST_CASE("blocks that overlap are refused with both") {
    CHECK(refusal({3, 2}, {{{2, 2}, {0, 0}}, {{2, 2}, {1, 0}}}) ==
          "DIR/1: tensor \"t\" has the block [2, 2] at [1, 0] in 1, which overlaps the block [2, 2] at [0, 0] in 0");
    CHECK(refusal({2, 3}, {{{2, 2}, {0, 0}}, {{1, 2}, {1, 1}}}).find("overlaps") != std::string::npos);
    CHECK(refusal({}, {{{}, {}}, {{}, {}}}).find("overlaps") != std::string::npos);
}

TEST_CASE("blocks that leave a hole are refused with what is there and what is needed") {
    CHECK(refusal({5, 2}, {{{2, 2}, {0, 0}}, {{2, 2}, {3, 0}}}) ==
          "DIR/0: tensor \"t\" has blocks of 8 elements in all, but its shape, [5, 2], needs 10");
    CHECK(refusal({2}, {{{1}, {1}}}).find("of 1 elements in all, but its shape, [2]") != std::string::npos);
}

TEST_CASE("a block that reaches beyond its tensor is refused with both") {
    CHECK(refusal({3, 2}, {{{2, 2}, {0, 0}}, {{2, 2}, {2, 0}}}) ==
          "DIR/0: tensor \"t\" has the block [2, 2] at [2, 0] in 1, which reaches beyond its shape, [3, 2]");
    CHECK(refusal({2}, {{{2}, {~std::size_t{0}}}}).find("which ends beyond 2^64") != std::string::npos);
}

TEST_CASE("a tensor of a packed type cannot be in blocks") {
    CHECK(refusal({4}, {{{2}, {0}}, {{2}, {2}}}, dtype::f4) ==
          "DIR/0: tensor \"t\" is of type F4, which cannot be in blocks");
    CHECK(refusal({4}, {{{4}, {0}}}, dtype::f4).empty());
}

TEST_CASE("blocks without elements are dropped, unless there is no other") {
    const test::stored_blocks some({2, 2}, {{{0, 2}, {2, 0}}, {{2, 2}, {0, 0}}, {{0, 2}, {0, 0}}});
    auto tensor = some.tensor();
    detail::check_blocks(tensor);
    REQUIRE(tensor.blocks.size() == 1);
    CHECK(tensor.blocks[0].shape == test::sizes{2, 2});
    const test::stored_blocks none({0, 2}, {{{0, 2}, {0, 0}}, {{0, 2}, {0, 0}}});
    tensor = none.tensor();
    detail::check_blocks(tensor);
    CHECK(tensor.blocks.size() == 1);
}
