// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge_search/run.hpp>
#include <bouillon/search/bayesian_search.hpp>
#include <bouillon/space/simplex.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <string>

using namespace bouillon;

namespace {

/// Losses of 16 documents, lowest where the three merge weights are (0.5, 0.3, 0.2); fails where the first is large.
struct known_landscape {
    std::size_t calls = 0;
    double failing_from = 2;

    merge_evaluation operator()(std::span<const double> w, document_set set) {
        ++calls;
        if (w[0] >= failing_from) throw work_error("out of memory");
        const double distance = std::pow(w[0] - 0.5, 2) + std::pow(w[1] - 0.3, 2) + std::pow(w[2] - 0.2, 2);
        merge_evaluation result;
        for (std::size_t j = 0; j < 16; ++j) {
            const auto document = static_cast<double>(j);
            const double shift = set == document_set::test ? 0.05 : 0;
            result.losses.push_back(2 + shift + 0.1 * document + distance * (1 + 0.02 * document));
        }
        return result;
    }
};

search_options options_for(known_landscape& landscape, std::size_t budget) {
    search_options options;
    options.budget = budget;
    options.reference_losses = landscape(std::vector{0.0, 0.0, 1.0}, document_set::search).losses;
    return options;
}

}  // namespace

TEST_CASE("the closed loop finds the best merge and beats every baseline on the test documents") {
    known_landscape landscape;
    bayesian_search search(simplex{3}, options_for(landscape, 25));
    measured_merges measure(landscape);
    std::size_t events = 0;
    run_search(search, measure, [&](const trial_event& event) {
        CHECK(event.trial.ticket == events++);
        CHECK(event.losses.size() == 16);
        CHECK(event.observation.status == trial_status::observed);
    });
    CHECK(events == 25);
    const auto found = search.recommendation().merge_weights;
    const auto report = make_report(found, baselines(3, 25, 1), measure, true, [](const std::string&) {});
    CHECK(report.rows.front().name == "newest");
    CHECK(report.found().name == "found merge");
    CHECK(report.merge());
    CHECK(report.rows.front().gain.gain == 0);
    for (const auto& row : report.rows) {
        REQUIRE(row.test.has_value());
        CHECK(report.found().test->mean <= row.test->mean);
        CHECK(row.gain.gain == doctest::Approx(report.rows.front().test->mean - row.test->mean));
    }
    CHECK(report.found().test->mean < 2.05 + 0.75 + 1e-3);
}

TEST_CASE("a merge is measured once, however often it is asked for") {
    known_landscape landscape;
    measured_merges measure(landscape);
    const std::vector<double> w = {0.2, 0.3, 0.5};
    const auto first = measure(w, document_set::search).losses;
    CHECK(measure(w, document_set::search).losses == first);
    CHECK(landscape.calls == 1);
    CHECK(measure(w, document_set::test).losses != first);
    CHECK(landscape.calls == 2);
}

TEST_CASE("a merge that cannot be measured is a failed trial and the search goes on") {
    known_landscape landscape;
    bayesian_search search(simplex{3}, options_for(landscape, 20));
    landscape.failing_from = 0.6;
    measured_merges measure(landscape);
    std::size_t failed = 0;
    run_search(search, measure, [&](const trial_event& event) {
        if (event.observation.status != trial_status::failed) return;
        ++failed;
        CHECK(event.losses.empty());
        CHECK(event.observation.reason == "out of memory");
    });
    CHECK(search.history().size() == 20);
    CHECK(failed > 0);
    CHECK(failed < 20);
    const auto found = search.recommendation().merge_weights;
    CHECK(found[0] < 0.6);
    CHECK_NOTHROW(make_report(found, baselines(3, 20, 1), measure, false, [](const std::string&) {}));
}

TEST_CASE("a baseline of which nothing can be measured ends the report with its name and the reason") {
    known_landscape landscape;
    landscape.failing_from = 0;
    measured_merges measure(landscape);
    CHECK_THROWS_WITH_AS(make_report({0, 0, 1}, baselines(3, 2, 1), measure, false, [](const std::string&) {}),
                         "baseline 'newest': no merge could be measured: out of memory", work_error);
}
