// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/random.hpp>
#include <bouillon/core/to_string.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <vector>

namespace bouillon {

/// Documents that a search learns from, and others that are set aside to confirm what it found.
///
/// The lowest of many measured losses is low by chance too, so on the documents that chose a merge it seems better than
/// it is (the winner's curse); on others it does not.
struct document_split {
    static constexpr std::size_t fewest = 8;  ///< documents that can confirm anything

    std::vector<std::size_t> search, confirm;  ///< document numbers, ascending
};

/// Sets a share of the documents aside, drawn at random.
///
/// None where fewer than `document_split::fewest` would be on either side.
/// @param documents how many there are
/// @param share of them that confirm, in [0, 1)
/// @param seed of the draw
/// @throws input_error for another share
inline document_split split_documents(std::size_t documents, double share, std::uint64_t seed) {
    if (!(share >= 0 && share < 1))
        throw input_error("documents to confirm with: the share is " + to_string(share) +
                          ", but it must be 0 or more and below 1");
    document_split split;
    split.search.resize(documents);
    std::iota(split.search.begin(), split.search.end(), std::size_t{0});
    const auto confirming = static_cast<std::size_t>(std::lround(share * static_cast<double>(documents)));
    if (std::min(confirming, documents - confirming) < document_split::fewest) return split;
    random_engine engine = make_engine(seed, documents);
    shuffle_tail(std::span(split.search), confirming, engine);
    split.confirm.assign(split.search.end() - static_cast<std::ptrdiff_t>(confirming), split.search.end());
    split.search.resize(documents - confirming);
    std::ranges::sort(split.search);
    std::ranges::sort(split.confirm);
    return split;
}

}  // namespace bouillon
