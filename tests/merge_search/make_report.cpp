// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge_search/make_report.hpp>
#include <bouillon/search/bayesian_search.hpp>
#include <bouillon/space/simplex.hpp>

#include "known_landscape.hpp"
#include <doctest/doctest.h>

#include <string>

using namespace bouillon;

TEST_CASE("the closed loop finds the best merge and beats every baseline on the test documents") {
    known_landscape landscape;
    bayesian_search search(simplex{3}, options_for(landscape, 25));
    measured_merges measure(landscape);
    std::size_t events = 0;
    run_all_trials(search, measure, [&](const trial_event& event) {
        CHECK(event.trial.ticket == events++);
        CHECK(event.losses.size() == 16);
        CHECK(event.observation.status == trial_status::observed);
    });
    CHECK(events == 25);
    const auto found = search.recommendation().merge_weights;
    const auto report =
        make_report(found, baselines(3, 25, 1), measure, gain_documents::test, [](const std::string&) {});
    CHECK(report.rows.front().name == "newest");
    CHECK(report.found().name == "found merge");
    CHECK(report.merge());
    CHECK(report.rows.front().gain.gain == 0);
    for (const auto& row : report.rows) {
        REQUIRE(row.test.has_value());
        CHECK(report.found().test->mean <= row.test->mean);
        CHECK(row.gain.gain == doctest::Approx(report.rows.front().test->mean - row.test->mean));
        CHECK(row.search_gain.gain == doctest::Approx(report.rows.front().search.mean - row.search.mean));
    }
    CHECK(report.found().test->mean < 2.05 + 0.75 + 1e-3);
}

TEST_CASE("a newest checkpoint that cannot be measured ends the report with its name and the reason") {
    known_landscape landscape;
    landscape.failing_from = 0;
    measured_merges measure(landscape);
    CHECK_THROWS_WITH_AS(
        make_report({0, 0, 1}, baselines(3, 2, 1), measure, gain_documents::search, [](const std::string&) {}),
        "baseline 'newest': no merge could be measured: out of memory", work_error);
}

TEST_CASE("a baseline of which nothing can be measured is left out, and the report says so") {
    known_landscape landscape;
    landscape.failing_from = 0.9;
    measured_merges measure(landscape);
    const std::vector<baseline> compared = {{"newest", {{0, 0, 1}}}, {"oldest", {{1, 0, 0}}}, {"middle", {{0, 1, 0}}}};
    const auto no_progress = [](const std::string&) {};
    const auto report = make_report({0.5, 0.25, 0.25}, compared, measure, gain_documents::test, no_progress);
    REQUIRE(report.rows.size() == 3);
    CHECK(report.rows[1].name == "middle");
    CHECK(report.best_baseline->row == 1);
    REQUIRE(report.unmeasured.size() == 1);
    CHECK(report.unmeasured[0].name == "oldest");
    CHECK(report.unmeasured[0].reason == "baseline 'oldest': no merge could be measured: out of memory");
    CHECK_THROWS_WITH_AS(make_report({1, 0, 0}, compared, measure, gain_documents::test, no_progress), "out of memory",
                         work_error);
}

TEST_CASE("a baseline of which some cannot be measured is made of the others") {
    known_landscape landscape;
    landscape.failing_from = 0.6;
    measured_merges measure(landscape);
    const auto report =
        make_report({0, 0, 1}, baselines(3, 20, 1), measure, gain_documents::search, [](const std::string&) {});
    for (const auto& row : report.rows) CHECK(row.merge_weights[0] < 0.6);
}

TEST_CASE("the average is compared with its checkpoints, one by one") {
    known_landscape landscape;
    measured_merges measure(landscape);
    const auto report =
        make_report({0, 0, 1}, baselines(3, 2, 1), measure, gain_documents::test, [](const std::string&) {});
    const auto loss = [&](const std::vector<double>& weights) {
        return mean_loss(measure(weights, document_set::search).losses).mean;
    };
    const double third = 1.0 / 3;
    const double alone = (loss({1, 0, 0}) + loss({0, 1, 0}) + loss({0, 0, 1})) / 3;
    REQUIRE(report.averaging.has_value());
    CHECK(report.averaging->gain == doctest::Approx(alone - loss({third, third, third})));

    known_landscape without_oldest;
    without_oldest.failing_from = 0.6;
    measured_merges some(without_oldest);
    CHECK_FALSE(make_report({0, 0, 1}, baselines(3, 2, 1), some, gain_documents::test, [](const std::string&) {
                }).averaging.has_value());
}

TEST_CASE("the baseline that the search documents would choose is compared with the found merge") {
    known_landscape landscape;
    measured_merges measure(landscape);
    const std::vector<baseline> compared = {
        {"newest", {{0, 0, 1}}}, {"near", {{0.5, 0.25, 0.25}}}, {"far", {{1, 0, 0}}}};
    const auto report =
        make_report({0.4, 0.2, 0.4}, compared, measure, gain_documents::test, [](const std::string&) {});
    REQUIRE(report.best_baseline.has_value());
    CHECK(report.best_baseline->row == 1);
    CHECK(report.best_baseline->gain.gain == doctest::Approx(report.found().test->mean - report.rows[1].test->mean));
    CHECK(report.best_baseline->gain.significant);
}
