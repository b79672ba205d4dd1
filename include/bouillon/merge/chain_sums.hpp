// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/tensor/element.hpp>

#include <array>
#include <cstddef>
#include <span>

namespace bouillon::detail {

/// The most tensors that are compared in one pass.
inline constexpr std::size_t chain_length = 4;

/// Sums over the elements of a chain of tensors x_0, x_1, ..., in float64.
struct chain_sums {
    std::array<double, chain_length> squares{};      // sum x_k^2
    std::array<double, chain_length> products{};     // sum x_{k-1} x_k; the first is 0
    std::array<double, chain_length> differences{};  // sum (x_k - x_{k-1})^2; the first is 0

    chain_sums& operator+=(const chain_sums& other) {
        for (std::size_t k = 0; k < chain_length; ++k) {
            squares[k] += other.squares[k];
            products[k] += other.products[k];
            differences[k] += other.differences[k];
        }
        return *this;
    }
};

/// Elements [first, last) of a chain, one at a time.
inline chain_sums sum_chain_plain(dtype type, std::span<const std::byte* const> chain, std::size_t first,
                                  std::size_t last) {
    chain_sums sums;
    for (std::size_t i = first; i < last; ++i) {
        double before = load_element<double>(type, chain[0], i);
        sums.squares[0] += before * before;
        for (std::size_t k = 1; k < chain.size(); ++k) {
            const double x = load_element<double>(type, chain[k], i), step = x - before;
            sums.squares[k] += x * x;
            sums.products[k] += before * x;
            sums.differences[k] += step * step;
            before = x;
        }
    }
    return sums;
}

}  // namespace bouillon::detail
