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
        CHECK(problem_with({.smallest_distance = distance}).starts_with("smallest_distance is "));
    CHECK(problem_with({.smallest_distance = -1}) == "smallest_distance is -1, but it must be above 0 and finite");
    CHECK(problem_with({.reference_losses = {2, NAN}}) == "reference_losses[1] is nan, but it must be finite");
    CHECK(problem_with({.climbs = {.least_home = NAN}}) == "climbs.least_home is nan, but it must be a number");
    CHECK(problem_with({.surrogate = {.mean = NAN}}) == "surrogate.mean is nan, but it must be finite");
    CHECK(problem_with({.maximize = {.samples = 0}}) == "maximize.samples is 0, but it must be 1 or more");
    const known_observation unknown_variance{.point = {0.5}, .loss = 1, .variance = NAN};
    CHECK(problem_with({.known = {unknown_variance}}) == "");
    CHECK(problem_with({.known = {unknown_variance, {.point = {0.7}, .loss = INFINITY}}}) ==
          "known observation 1: its loss is inf");
    CHECK(problem_with({.known = {{.point = {0.7}, .loss = 1, .variance = -1}}}) ==
          "known observation 0: its variance is -1");
    CHECK(problem_with({.known = {{.point = {0.7}, .loss = 1, .variance = INFINITY}}}) ==
          "known observation 0: its variance is inf");
}

TEST_CASE("guards need reference losses to compare with, and known losses of as many guards") {
    search_options options{.reference_losses = {1, 1}, .domains = {{"web", 1}, {"code", 1}}, .guards = {{"code", 0.1}}};
    CHECK(problem_with(options) == "");
    options.known = {{.point = {1}, .guard_losses = {{0.5, 0}}}};
    CHECK(problem_with(options) == "");
    options.known[0].guard_losses[0].variance = -1;
    CHECK(problem_with(options) == "known observation 0: its variance is -1");
    options.known[0].guard_losses = {{0, 0}, {0, 0}};
    CHECK(problem_with(options) == "known observation 0: it has the losses of 2 guards, but there are 1");
    options.known.clear();
    options.guards[0].domain = "law";
    CHECK(problem_with(options) == "guard \"law\" is of no domain: these are \"web\", \"code\"");
    options.guards[0].domain = "code";
    options.reference_losses.clear();
    CHECK(problem_with(options) == "there are 1 guards, but 0 reference losses to compare losses with");
}

TEST_CASE("the first design has the points that are asked for, or follows from dimension and budget") {
    CHECK(initial_trials({.budget = 100}, 1) == 3);
    CHECK(initial_trials({.budget = 100}, 4) == 6);
    CHECK(initial_trials({.budget = 100}, 20) == 10);
    CHECK(initial_trials({.budget = 8}, 20) == 4);
    CHECK(initial_trials({.budget = 1}, 20) == 1);
    CHECK(initial_trials({.budget = no_budget}, 20) == 10);
    CHECK(initial_trials({.budget = 8, .initial_trials = 7}, 20) == 7);
}
