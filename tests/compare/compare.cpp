// SPDX-License-Identifier: Apache-2.0
#include <bouillon/compare/compare.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

using namespace bouillon;

namespace {

objective<> bowl(std::string name, std::size_t budget = 0) {
    return {.name = std::move(name),
            .space = box{{-1, -1}, {1, 1}},
            .value = [](std::span<const double> x) { return x[0] * x[0] + 0.5 * x[1] * x[1]; },
            .budget = budget,
            .minimum = 0};
}

objective<> line(std::string name) {
    return {.name = std::move(name),
            .space = interval{0, 1},
            .value = [](std::span<const double> x) { return std::cos(5 * x[0]); },
            .noise = 0.1};
}

/// Random search by another name, that gives up at some seeds.
struct fragile {
    std::string name() const { return "fragile"; }

    template <class Space>
    std::vector<double> run(const Space& space, const trial_plan& plan, measured_objective& measure) const {
        if (plan.seed == 2) throw std::runtime_error("gave up");
        return random_search{}.run(space, plan, measure);
    }
};

const variants two{search_variant<>{}, random_search{}};

}  // namespace

TEST_CASE("every variant is run on every objective and budget and seed from the same first points") {
    const comparison made = compare(std::vector{bowl("own budget", 7), line("line")}, two,
                                    {.budgets = {6, 9}, .seeds = 2, .first_seed = 5});
    CHECK(made.cells() == 3);
    CHECK(made.runs.size() == 12);
    CHECK(made.seeds == std::vector<std::uint64_t>{5, 6});
    CHECK(made.cell(0, 0)[0].budget == 7);
    CHECK(made.cell(1, 0)[0].budget == 6);
    CHECK(made.cell(2, 1)[1].budget == 9);
    for (std::size_t cell = 0; cell < 3; ++cell)
        for (std::size_t s = 0; s < 2; ++s) {
            const compared_run &searched = made.cell(cell, 0)[s], &drawn = made.cell(cell, 1)[s];
            CHECK(searched.variant == "improvement_or_knowledge, trended(matern52)");
            CHECK(drawn.variant == "random");
            CHECK(searched.losses.size() == searched.budget);
            CHECK(searched.first_points > 0);
            CHECK(searched.suggest_seconds.size() == searched.budget - searched.first_points);
            for (std::size_t i = 0; i < searched.first_points; ++i) CHECK(searched.losses[i] == drawn.losses[i]);
            CHECK(searched.losses != drawn.losses);
        }
}

TEST_CASE("losses are the same for any number of processes") {
    const std::vector<objective<>> objectives = {bowl("bowl"), line("line")};
    comparison_options options{.budgets = {8}, .seeds = 3};
    const comparison one = compare(objectives, two, options);
    options.processes = 3;
    const comparison three = compare(objectives, two, options);
    REQUIRE(one.runs.size() == three.runs.size());
    for (std::size_t i = 0; i < one.runs.size(); ++i) {
        CHECK(one.runs[i].losses == three.runs[i].losses);
        CHECK(one.runs[i].recommended == three.runs[i].recommended);
        CHECK(one.runs[i].objective == three.runs[i].objective);
        CHECK(one.runs[i].variant == three.runs[i].variant);
        CHECK(one.runs[i].seed == three.runs[i].seed);
    }
}

TEST_CASE("a variant that throws loses that run and no other") {
    const comparison made = compare(bowl("bowl"), variants{fragile{}}, {.budgets = {5}, .seeds = 3});
    CHECK(made.runs[0].failure.empty());
    CHECK(made.runs[1].failure == "gave up");
    CHECK(std::isinf(made.runs[1].outcome()));
    CHECK(made.runs[2].failure.empty());
}

TEST_CASE("an objective that fails at points is searched where it does not") {
    objective<> half = bowl("half");
    half.value = [](std::span<const double> x) { return x[0] < 0 ? NAN : x[0]; };
    const comparison made = compare(half, two, {.budgets = {10}, .seeds = 2});
    for (const compared_run& run : made.runs) {
        CHECK(run.failure.empty());
        CHECK(std::isfinite(run.best_loss()));
    }
}

TEST_CASE("what cannot be compared is refused by name") {
    CHECK_THROWS_WITH_AS(compare(bowl("a"), two, {.seeds = 0}), "seeds: 0 runs of a variant cannot be compared",
                         input_error);
    CHECK_THROWS_WITH_AS(compare(bowl("a"), two, {.budgets = {}}), "budgets: none is given", input_error);
    CHECK_THROWS_WITH_AS(compare(bowl("a"), two, {.budgets = {0}}), "budgets: 0 is no number of trials", input_error);
    CHECK_THROWS_WITH_AS(compare(std::vector{bowl("a"), bowl("a")}, two), "two objectives have the name a",
                         input_error);
    CHECK_THROWS_WITH_AS(compare(std::vector<objective<>>{}, two), "nothing to compare: no objective", input_error);
    CHECK_THROWS_WITH_AS(compare(bowl("a"), variants{random_search{}, random_search{}}),
                         "two variants have the name random", input_error);
}
