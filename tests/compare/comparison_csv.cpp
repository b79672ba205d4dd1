// SPDX-License-Identifier: Apache-2.0
#include <bouillon/compare/comparison_csv.hpp>

#include "made_comparison.hpp"
#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using namespace bouillon;

TEST_CASE("a comparison as CSV has its environment and a line a run") {
    comparison made = made_comparison();
    made.runs[0].variant = "a \"b\", c";
    made.runs[1].failure = "out of ideas";
    const std::string text = to_csv(made);
    CHECK(text.starts_with(
        "# bouillon: 0.1.0\n# compiler: g++ 12.2.0\n# optimised: yes\n# date: 2026-01-02\n# cpus: 4\n"
        "# seeds: 1 2 3 4 5 6 7 8\nobjective,budget,noise,minimum,variant,seed,first_points,trials,best_loss,"
        "recommended_loss,outcome,cpu_seconds_per_suggestion,failure\n"));
    CHECK(text.find("\nknown,4,0,1,\"a \"\"b\"\", c\",1,2,4,2.1,2.1,1.1,0.5,\n") != std::string::npos);
    CHECK(text.find("\nknown,4,0,1,base,2,2,4,2.2,2.2,,0.5,out of ideas\n") != std::string::npos);
    CHECK(text.find("\nunknown <&>,4,0,,base,1,2,4,2.1,2.1,2.1,0.5,\n") != std::string::npos);
    CHECK(std::count(text.begin(), text.end(), '\n') == 7 + 48);
}
