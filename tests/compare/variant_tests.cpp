// SPDX-License-Identifier: Apache-2.0
#include <bouillon/compare/variant_tests.hpp>

#include "made_comparison.hpp"
#include <doctest/doctest.h>

using namespace bouillon;

TEST_CASE("variants are tested against the first with a correction for their number") {
    const auto tests = variant_tests(made_comparison());
    REQUIRE(tests.size() == 4);
    CHECK(tests[0].cell == 0);
    CHECK(tests[0].variant == 1);
    CHECK(tests[0].test.p == doctest::Approx(2.0 / 256));
    CHECK(tests[0].corrected_p == doctest::Approx(4 * 2.0 / 256));
    CHECK(tests[0].is_better());
    CHECK_FALSE(tests[0].is_worse());
    CHECK_FALSE(tests[0].is_better(0.01));
    CHECK(tests[1].test.lower == 4);
    CHECK(tests[1].test.higher == 4);
    CHECK_FALSE(tests[1].is_better());
    CHECK_FALSE(tests[1].is_worse());
    CHECK(tests[2].cell == 1);
}

TEST_CASE("regrets are tested as orders of magnitude") {
    const auto known = detail::tested_outcomes(made_comparison(), 0, 0);
    const auto unknown = detail::tested_outcomes(made_comparison(), 1, 0);
    CHECK(known[0] == doctest::Approx(std::log10(1.1)));
    CHECK(unknown[0] == doctest::Approx(2.1));
}
