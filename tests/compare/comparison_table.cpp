// SPDX-License-Identifier: Apache-2.0
#include <bouillon/compare/comparison_table.hpp>

#include "made_comparison.hpp"
#include <doctest/doctest.h>

#include <string>

using namespace bouillon;

TEST_CASE("a table has medians and quartiles and counts and corrected p") {
    CHECK(to_table(made_comparison()) ==
          R"(bouillon 0.1.0, compiler g++ 12.2.0, optimised yes, date 2026-01-02, cpus 4

known, 4 trials, 8 seeds
variant   best regret [quartiles]         lower  higher  corrected p
base      1.4e+00 [1.3e+00, 1.6e+00]
better    1.4e-01 [1.3e-01, 1.6e-01]          8       0       0.0312  better
alike     1.4e+00 [1.3e+00, 1.6e+00]          4       4       0.5625

unknown <&>, 4 trials, 8 seeds
variant   best loss [quartiles]           lower  higher  corrected p
base      2.45 [2.275, 2.625]
better    1.145 [1.1275, 1.1625]              8       0       0.0312  better
alike     2.44 [2.2825, 2.595]                4       4       0.8438

Against base: Wilcoxon's signed-rank test, exact, Holm's correction for 4 tests
variant   better   alike   worse
better         2       0       0
alike          0       2       0
)");
}

TEST_CASE("a table of one variant has no tests") {
    comparison made = made_comparison();
    made.variants = {"base"};
    made.runs.resize(8);
    made.runs[0].noise = 0.5;
    const std::string table = to_table(made);
    CHECK(table.find("Against") == std::string::npos);
    CHECK(table.find("known, 4 trials, 8 seeds, noise 0.5\n") != std::string::npos);
    CHECK(table.find("recommended regret") != std::string::npos);
}
