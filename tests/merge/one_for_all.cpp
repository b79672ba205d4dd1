// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge/one_for_all.hpp>

#include <doctest/doctest.h>

using namespace bouillon;

TEST_CASE("a tensor that is the same in all inputs is not summed where its weights sum to 1") {
    const used_weights::row ones{{0.3, 0.7}, true}, more{{1, 1}, false};
    const auto same = [] { return true; };
    const auto differs = [] { return false; };
    CHECK(detail::one_stands_for_all(dtype::bf16, ones, same));
    CHECK_FALSE(detail::one_stands_for_all(dtype::bf16, ones, differs));
    CHECK_FALSE(detail::one_stands_for_all(dtype::bf16, more, same));
}

TEST_CASE("whether inputs are the same is asked only where it matters") {
    const used_weights::row ones{{0.3, 0.7}, true}, more{{1, 1}, false};
    const auto never = []() -> bool { throw 0; };
    CHECK(detail::one_stands_for_all(dtype::i64, more, never));
    CHECK_FALSE(detail::one_stands_for_all(dtype::f32, more, never));
    CHECK_THROWS(detail::one_stands_for_all(dtype::f32, ones, never));
}
