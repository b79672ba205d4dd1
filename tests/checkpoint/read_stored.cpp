// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/read_stored.hpp>

#include "checkpoint/blocks.hpp"
#include <doctest/doctest.h>

#include <numeric>

using namespace bouillon;

namespace {

/// Every run of a few lengths, from every byte, has the bytes of 0, 1, 2, ...
void check_reads_as_one(const test::sizes& shape, const std::vector<test::block>& blocks) {
    const test::stored_blocks stored(shape, blocks);
    auto tensor = stored.tensor();
    detail::check_blocks(tensor);
    std::vector<std::uint16_t> expected(tensor.description.elements());
    std::iota(expected.begin(), expected.end(), std::uint16_t{0});
    const std::string all = test::stored(expected);
    for (std::size_t first = 0; first <= all.size(); ++first)
        for (const std::size_t size : {std::size_t{1}, std::size_t{7}, std::size_t{18}, all.size()}) {
            std::string part(std::min(size, all.size() - first), '?');
            detail::prefetch_stored(tensor, first, part.size());
            detail::read_stored(tensor, first, std::as_writable_bytes(std::span(part)));
            CHECK(part == all.substr(first, part.size()));
        }
}

}  // namespace

TEST_CASE("blocks along any dimensions read as the tensor that they are of, from any byte to any") {
    check_reads_as_one({5, 3}, {{{3, 3}, {0, 0}}, {{2, 3}, {3, 0}}});
    check_reads_as_one({5, 3}, {{{2, 3}, {3, 0}}, {{3, 3}, {0, 0}}});
    check_reads_as_one({3, 4}, {{{3, 1}, {0, 0}}, {{3, 3}, {0, 1}}});
    check_reads_as_one({4, 6}, {{{2, 3}, {0, 0}}, {{2, 3}, {0, 3}}, {{2, 3}, {2, 0}}, {{2, 3}, {2, 3}}});
    check_reads_as_one({2, 3, 4}, {{{2, 2, 4}, {0, 0, 0}}, {{2, 1, 4}, {0, 2, 0}}});
    check_reads_as_one({2, 3, 4}, {{{2, 3, 1}, {0, 0, 3}}, {{2, 3, 3}, {0, 0, 0}}});
    check_reads_as_one({3, 2}, {{{1, 2}, {0, 0}}, {{2, 1}, {1, 0}}, {{2, 1}, {1, 1}}});
    check_reads_as_one({4}, {{{4}, {0}}});
    check_reads_as_one({}, {{{}, {}}});
}

TEST_CASE("blocks without elements change nothing") {
    check_reads_as_one({2, 2}, {{{1, 2}, {0, 0}}, {{0, 2}, {1, 0}}, {{1, 2}, {1, 0}}, {{0, 2}, {2, 0}}});
    check_reads_as_one({0, 2}, {{{0, 2}, {0, 0}}, {{0, 2}, {0, 0}}});
}

TEST_CASE("elements with any strides read in row-major order, from any byte to any") {
    check_reads_as_one({5, 3}, {{{5, 3}, {0, 0}, {1, 5}}});               // transposed
    check_reads_as_one({5, 3}, {{{5, 3}, {0, 0}, {4, 1}}});               // rows with a gap
    check_reads_as_one({5}, {{{5}, {0}, {3}}});                           // every third element
    check_reads_as_one({2, 3, 4}, {{{2, 3, 4}, {0, 0, 0}, {1, 2, 6}}});   // all dimensions reversed
    check_reads_as_one({2, 3, 4}, {{{2, 3, 4}, {0, 0, 0}, {12, 1, 3}}});  // the last two
    check_reads_as_one({2, 3, 4}, {{{2, 3, 4}, {0, 0, 0}, {4, 8, 1}}});   // the first two
    check_reads_as_one({3, 1, 4}, {{{3, 1, 4}, {0, 0, 0}, {1, 99, 3}}});  // one of size 1, whose stride says nothing
    check_reads_as_one({3, 5}, {{{3, 5}, {0, 0}, {2, 7}}});               // transposed with gaps
}

TEST_CASE("blocks may have strides of their own") {
    check_reads_as_one({4, 6}, {{{2, 3}, {0, 0}, {1, 2}}, {{2, 3}, {0, 3}}, {{2, 6}, {2, 0}, {1, 2}}});
}
