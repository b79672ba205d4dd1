// SPDX-License-Identifier: Apache-2.0
#include <bouillon/search/search_options.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <string>

using namespace bouillon;

namespace {

std::string problem_with(const search_options& options) {
    try {
        check(options);
    } catch (const input_error& problem) {
        return problem.what();
    }
    return "";
}

}  // namespace

TEST_CASE("options that no search can use are refused by name and value") {
    CHECK(problem_with({}) == "");
    for (const double distance : {0.0, -1e-6, double(NAN), double(INFINITY)})
        CHECK(problem_with({.smallest_distance = distance}).starts_with("smallest_distance: "));
    const known_observation unknown_variance{.point = {0.5}, .loss = 1, .variance = NAN};
    CHECK(problem_with({.known = {unknown_variance}}) == "");
    CHECK(problem_with({.known = {unknown_variance, {.point = {0.7}, .loss = INFINITY}}}) ==
          "known observation 1: its loss is inf");
    CHECK(problem_with({.known = {{.point = {0.7}, .loss = 1, .variance = -1}}}) ==
          "known observation 0: its variance is -1");
    CHECK(problem_with({.known = {{.point = {0.7}, .loss = 1, .variance = INFINITY}}}) ==
          "known observation 0: its variance is inf");
}
