// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge/chain_sums.hpp>

#include <doctest/doctest.h>

#include <vector>

using namespace bouillon;

TEST_CASE("the sums of a chain are those that one works out by hand") {
    const std::vector<float> a{1, 2, 9}, b{3, -1, 9}, c{0, 4, 9};
    const std::vector<const std::byte*> chain{reinterpret_cast<const std::byte*>(a.data()),
                                              reinterpret_cast<const std::byte*>(b.data()),
                                              reinterpret_cast<const std::byte*>(c.data())};
    auto sums = detail::sum_chain_plain(dtype::f32, chain, 0, 2);
    CHECK(sums.squares == std::array<double, 4>{5, 10, 16, 0});
    CHECK(sums.products == std::array<double, 4>{0, 1, -4, 0});
    CHECK(sums.differences == std::array<double, 4>{0, 13, 34, 0});
    sums += detail::sum_chain_plain(dtype::f32, chain, 2, 3);
    CHECK(sums.squares == std::array<double, 4>{86, 91, 97, 0});
}
