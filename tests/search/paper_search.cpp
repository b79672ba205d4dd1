// SPDX-License-Identifier: Apache-2.0
#include <bouillon/search/paper_search.hpp>

#include "objectives.hpp"
#include <doctest/doctest.h>

using namespace bouillon;

TEST_CASE("the paper's search begins at alpha and at one and stays between them") {
    auto search = paper_search(0.5, {.budget = 12});
    while (!search.done()) {
        const trial next = search.suggest();
        if (next.ticket == 0) CHECK(next.merge_weights == std::vector{0.5, 0.5});
        if (next.ticket == 1) CHECK(next.merge_weights == std::vector{0.0, 1.0});
        CHECK(next.point[0] >= 0.5);
        CHECK(next.point[0] <= 1);
        search.observe(next, merge_curve(next.point[0]));
    }
    CHECK(merge_curve(search.recommendation().point[0]) - merge_curve_minimum() < 5e-4);
}

TEST_CASE("the paper's hedge learns from the third trial on") {
    auto search = paper_search(0.0, {.budget = 6});
    while (!search.done()) {
        const trial next = search.suggest();
        search.observe(next, merge_curve(next.point[0]));
    }
    for (const double gain : search.acquisition_used().gains()) CHECK(gain < -3 * 2.2);  // three rounds of about -2.3
}

TEST_CASE("an alpha of one leaves nothing to search") { CHECK_THROWS_AS(paper_search(1), input_error); }
