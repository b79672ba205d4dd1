// SPDX-License-Identifier: Apache-2.0
#include <bouillon/compare/comparison.hpp>

#include "made_comparison.hpp"
#include <bouillon/core/error.hpp>
#include <doctest/doctest.h>

using namespace bouillon;

TEST_CASE("a comparison's runs are found by objective and variant") {
    const comparison made = made_comparison();
    CHECK(made.cells() == 2);
    CHECK(made.cell(1, 2).size() == 8);
    CHECK(made.cell(1, 2)[3].objective == "unknown <&>");
    CHECK(made.cell(1, 2)[3].variant == "alike");
    CHECK(made.cell(1, 2)[3].seed == 4);
    CHECK(made.outcomes(0, 1)[0] == doctest::Approx(0.11));
    CHECK(comparison{}.cells() == 0);
}

TEST_CASE("comparisons of the same variants are put together") {
    comparison all;
    all.append(made_comparison());
    all.append(made_comparison());
    CHECK(all.cells() == 4);
    comparison other = made_comparison();
    other.variants[0] = "another";
    CHECK_THROWS_AS(all.append(other), input_error);
}
