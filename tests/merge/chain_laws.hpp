// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/random.hpp>
#include <bouillon/merge/chain_sums.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

namespace test {

/// Compares sums of chains with the plain loop's: `sum_chain(type, chain, count)`.
template <class Sum>
void check_chain_sums(const Sum& sum_chain) {
    using namespace bouillon;
    constexpr std::size_t most = 203;  // elements
    for (const dtype type : {dtype::f64, dtype::f32, dtype::f16, dtype::bf16})
        for (std::size_t length = 1; length <= detail::chain_length; ++length)
            for (const std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{31}, std::size_t{64}, most}) {
                random_engine engine = make_engine(count * 10 + length);
                std::vector<std::vector<std::byte>> memory(length, std::vector<std::byte>(1 + most * 8));
                std::vector<const std::byte*> chain;  // (length), at odd addresses
                for (auto& tensor : memory) {
                    chain.push_back(tensor.data() + 1);
                    for (std::size_t i = 0; i < most; ++i) store_element(type, tensor.data() + 1, i, normal(engine));
                }
                const auto plain = detail::sum_chain_plain(type, chain, 0, count), sums = sum_chain(type, chain, count);
                for (std::size_t k = 0; k < detail::chain_length; ++k) {
                    CHECK(sums.squares[k] == doctest::Approx(plain.squares[k]).epsilon(1e-14));
                    CHECK(sums.differences[k] == doctest::Approx(plain.differences[k]).epsilon(1e-14));
                    CHECK(std::abs(sums.products[k] - plain.products[k]) <= 1e-14 * (1 + plain.squares[k]));
                }
            }
}

}  // namespace test
