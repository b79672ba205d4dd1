// SPDX-License-Identifier: Apache-2.0
#include <bouillon/score/batch_part.hpp>

#include <doctest/doctest.h>

using namespace bouillon;

namespace {

/// Batches of one window each.
std::vector<document_batch> batches_of(const std::vector<int>& lengths) {
    std::vector<document_batch> batches;
    for (const int length : lengths) {
        batches.emplace_back();
        batches.back().windows.window_offsets = {0, length};
        batches.back().documents.resize(static_cast<std::size_t>(length),
                                        static_cast<std::uint32_t>(batches.size() - 1));
    }
    return batches;
}

std::vector<std::uint32_t> kept(const std::vector<int>& lengths, batch_part part) {
    auto batches = batches_of(lengths);
    detail::keep_part(batches, part, 8);
    std::vector<std::uint32_t> numbers;
    for (const auto& batch : batches) numbers.push_back(batch.documents.front());
    return numbers;
}

}  // namespace

TEST_CASE("a part of one is all, in their order") { CHECK(kept({3, 1, 2}, {}) == std::vector<std::uint32_t>{0, 1, 2}); }

TEST_CASE("the heaviest batch goes first to the part that has least, and each batch to one part") {
    CHECK(kept({1, 9, 2, 8, 3}, {0, 2}) == std::vector<std::uint32_t>{1, 2});
    CHECK(kept({1, 9, 2, 8, 3}, {1, 2}) == std::vector<std::uint32_t>{3, 4, 0});
    CHECK(kept({5}, {1, 3}).empty());
}

TEST_CASE("a long window costs more than the same rows in short ones") {
    document_batch windows;
    windows.windows.window_offsets = {0, 4, 8};
    CHECK(detail::cost_of(batches_of({8})[0], 4) == 8 * (48 + 8));
    CHECK(detail::cost_of(windows, 4) == 8 * (48 + 4));
}
