// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/parallel.hpp>
#include <bouillon/merge/chain_sums_avx2.hpp>
#include <bouillon/merge/chain_sums_avx512.hpp>
#include <bouillon/tensor/tensor_view.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace bouillon {

/// Sums over the elements of two tensors (or models) a and b of equal size, from which every figure follows.
struct comparison {
    double squared_a = 0;           // sum a^2
    double squared_b = 0;           // sum b^2
    double product = 0;             // sum a b
    double squared_difference = 0;  // sum (b - a)^2, summed as such: from the others it would cancel

    double norm_a() const { return std::sqrt(squared_a); }
    double norm_b() const { return std::sqrt(squared_b); }
    /// Euclidean distance between a and b.
    double distance() const { return std::sqrt(squared_difference); }
    /// Cosine of the angle between a and b; NaN where one of them is zero.
    double cosine() const { return product / (norm_a() * norm_b()); }

    comparison& operator+=(const comparison& other) {
        squared_a += other.squared_a;
        squared_b += other.squared_b;
        product += other.product;
        squared_difference += other.squared_difference;
        return *this;
    }
};

namespace detail {

/// The sums of the first `count` elements of a chain of at most chain_length tensors.
inline chain_sums sum_chain(dtype type, std::span<const std::byte* const> chain, std::size_t count) {
#if defined(__x86_64__)
    if (has_avx512()) return sum_chain_avx512(type, chain, count);
    if (has_avx2()) return sum_chain_avx2(type, chain, count);
#endif
    return sum_chain_plain(type, chain, 0, count);
}

/// Adds what the first `count` elements of a chain of any length give to the comparisons of its neighbours.
/// `sums`: (tensors of the chain - 1).
inline void add_neighbours(dtype type, std::span<const std::byte* const> chain, std::size_t count,
                           std::span<comparison> sums) {
    // Links overlap by one tensor, which the first-level cache still holds.
    for (std::size_t first = 0; first + 1 < chain.size(); first += chain_length - 1) {
        const auto link = chain.subspan(first, std::min(chain_length, chain.size() - first));
        const chain_sums parts = sum_chain(type, link, count);
        for (std::size_t k = 1; k < link.size(); ++k)
            sums[first + k - 1] += {parts.squares[k - 1], parts.squares[k], parts.products[k], parts.differences[k]};
    }
}

}  // namespace detail

/// Compares two tensors of equal size and of one of the mergeable types, in float64: every difference is formed from
/// the stored values without a rounding to less.
/// The sums are formed in blocks that do not depend on the number of threads, so neither does the result.
/// @param a, b     tensors of the same type and size
/// @param threads  0 for all
/// Cost: each tensor read once.
inline comparison compare(const tensor_view& a, const tensor_view& b, std::size_t threads = 0) {
    constexpr std::size_t block = 1 << 16;                         // elements
    std::vector<comparison> blocks((a.size + block - 1) / block);  // each over a block of elements
    parallel_for(blocks.size(), thread_count(threads), [&](std::size_t i, std::size_t) {
        const std::size_t first = i * block, count = std::min(block, a.size - first);
        const std::array<const std::byte*, 2> pair{a.data + first * bytes(a.type), b.data + first * bytes(a.type)};
        detail::add_neighbours(a.type, pair, count, std::span(&blocks[i], 1));
    });
    comparison sums;
    for (const comparison& sum : blocks) sums += sum;
    return sums;
}

}  // namespace bouillon
