// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge_search/racing.hpp>

#include <bouillon/acquisition/guarded.hpp>
#include <bouillon/acquisition/improvement_or_knowledge.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/merge_search/make_report.hpp>
#include <bouillon/merge_search/run.hpp>
#include <bouillon/search/bayesian_search.hpp>
#include <bouillon/search/journal.hpp>
#include <bouillon/space/simplex.hpp>
#include <bouillon/space/spread.hpp>

#include "partial_landscape.hpp"
#include "search/scratch.hpp"
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <set>
#include <string>

using namespace bouillon;

namespace {

const std::vector<double> newest = {0, 0, 1};

/// A search that races, as a program sets it up.
struct raced_search {
    partial_landscape landscape;
    measured_merges<partial_landscape> measure{landscape};
    document_race race;
    bayesian_search<simplex> search;

    explicit raced_search(racing_options options = {}, std::size_t budget = 15)
        : race(newest, measure(newest, document_set::search).losses, options),
          search(simplex{3}, {.budget = budget,
                              .reference_losses = measure(newest, document_set::search).losses,
                              .known = {{.point = newest}}}) {
        enter_baselines(race, baselines(3, 0, 1), measure);
    }

    /// Documents scored in each trial.
    std::vector<std::size_t> run() {
        std::vector<std::size_t> documents;
        run_all_trials(search, measure, race, [&](const trial_event& event) { documents.push_back(event.documents); });
        return documents;
    }
};

/// Merges of four checkpoints that differ on each document but lose the same over all of them: none is better, so
/// whatever stops as worse than another does so wrongly.
struct equal_merges {
    static constexpr std::size_t documents = 48;
    std::vector<std::vector<double>> deviations = std::vector(4, std::vector<double>(documents));  // nats per token

    explicit equal_merges(std::uint64_t seed) {
        auto engine = make_engine(seed);
        for (auto& row : deviations) {
            double mean = 0;
            for (double& deviation : row) mean += (deviation = 0.03 * normal(engine)) / documents;
            for (double& deviation : row) deviation -= mean;
        }
    }

    merge_evaluation operator()(std::span<const double> merge_weights, std::span<const std::size_t> chosen) const {
        merge_evaluation result;
        for (const std::size_t j : chosen) {
            double loss = 3;
            for (std::size_t k = 0; k < 4; ++k) loss += merge_weights[k] * deviations[k][j];
            result.losses.push_back(loss);
        }
        return result;
    }
    merge_evaluation operator()(std::span<const double> merge_weights, document_set) const {
        std::vector<std::size_t> all(documents);
        std::iota(all.begin(), all.end(), std::size_t{0});
        return (*this)(merge_weights, all);
    }
};

/// Of eight merges that race one after the other: those that stopped as worse than the leader.
std::size_t stopped_as_worse(std::uint64_t seed, racing_options options) {
    equal_merges merges(seed);
    measured_merges measure(merges);
    options.seed = seed;
    const std::vector<double> reference = {0, 0, 0, 1};
    document_race race(reference, measure(reference, document_set::search).losses, options);
    auto engine = make_engine(seed, 1);
    std::size_t stopped = 0;
    for (int i = 0; i < 8; ++i) {
        const auto merge_weights = uniform_sample(simplex{4}, engine);
        const raced_loss leader = race.leader();
        raced_loss raced;
        const auto ended = race_merge(race, merge_weights, leader, options.share, measure, raced);
        stopped += race.cannot_win(raced, leader);
        race.enter(merge_weights, ended.losses);
    }
    return stopped;
}

std::vector<double> observed_losses(const history& trials) {
    std::vector<double> losses;
    for (const auto& [suggested, observed] : trials.records()) losses.push_back(observed.loss);
    return losses;
}

}  // namespace

TEST_CASE("with all documents in the first stage a race is full scoring, to the last bit") {
    raced_search raced({.first = 64});
    for (const std::size_t documents : raced.run()) CHECK(documents == 64);
    partial_landscape landscape;
    measured_merges measure(landscape);
    bayesian_search search(simplex{3}, raced.search.options());
    run_all_trials(search, measure, [](const trial_event&) {});
    CHECK(observed_losses(search.history()) == observed_losses(raced.search.history()));
    CHECK(search.recommendation().merge_weights == raced.search.recommendation().merge_weights);
}

TEST_CASE("a race finds the merge that full scoring finds, on a fraction of the documents") {
    raced_search raced, full({.first = 64});
    raced.run();
    full.run();
    CHECK(raced.landscape.scored < full.landscape.scored / 2);
    const auto truth = [](raced_search& found) {
        return mean_loss(found.landscape(found.search.recommendation().merge_weights, document_set::test).losses).mean;
    };
    CHECK(truth(raced) < truth(full) + 5e-3);  // of a gain of some 0.5
}

TEST_CASE("stages are nested and take each document once, in an order that the seed draws") {
    const raced_search raced;
    const auto& race = raced.race;
    CHECK(race.options().first == 4);
    const auto order = race.documents(race.size());
    CHECK(std::set<std::size_t>(order.begin(), order.end()).size() == 64);
    CHECK(std::ranges::equal(race.documents(8).first(4), race.documents(4)));
    const document_race other(newest, std::vector<double>(64, 1.0), {.seed = 2});
    CHECK_FALSE(std::ranges::equal(other.documents(8), race.documents(8)));
    CHECK(document_race(newest, {1, 2}).options().first == 2);
    CHECK(document_race(newest, std::vector<double>(480, 1.0)).options().first == 30);
}

TEST_CASE("a merge that is worse by a wide margin stops at the first stage, one that leads goes on") {
    const raced_search raced;
    const auto& race = raced.race;
    const auto after_first = [&](const std::vector<double>& losses, double sampling_deviation) {
        raced_loss result{{losses, sampling_deviation * sampling_deviation, 7.0},
                          {mean_loss(losses).mean, 1e-9 + sampling_deviation * sampling_deviation},
                          4};
        return race.next_stage(result, {{}, {-0.1, 0}, 64}, race.options().share);
    };
    CHECK(after_first({0.1, 0.1}, 0.02) == 0);      // ten deviations behind the leader
    CHECK(after_first({-0.08, -0.08}, 0.02) == 8);  // one
    CHECK(after_first({-0.2, -0.2}, 0.02) == 8);    // in front
}

TEST_CASE("a merge that is as good as any other seldom stops as worse, though it is looked at after every stage") {
    std::size_t stopped = 0;
    constexpr std::size_t races = 200, merges = 8;
    for (std::uint64_t seed = 1; seed <= races; ++seed) stopped += stopped_as_worse(seed, {});
    CHECK(stopped <= 0.025 * races * merges);
}

TEST_CASE("the level of a race is divided among the stages that there can be") {
    const auto race_of = [](std::size_t documents, std::size_t first, double confidence) {
        return document_race(newest, std::vector<double>(documents, 1.0), {.first = first, .confidence = confidence});
    };
    CHECK(race_of(64, 4, 0.9).looks() == 9);  // 4, 6, 8, 11, 15, 20, 27, 36, 48
    CHECK(race_of(64, 64, 0.9).looks() == 0);
    const auto race = race_of(64, 4, 0.91);  // each look at 0.99
    const auto behind = [&](double deviations) {
        return race.cannot_win({{{}, 1, 7.0}, {deviations, 2}, 8}, {{}, {0, 0}, 64});
    };
    CHECK(behind(2.999));  // scipy.stats.t.ppf(0.99, 7) = 2.9979515668685277
    CHECK_FALSE(behind(2.997));
}

TEST_CASE("a merge stops where its documents differ by more than is not known of them") {
    const raced_search raced;
    const double share = raced.race.options().share;
    const auto next = [&](double sampling, double own) {
        return raced.race.next_stage({{{}, sampling, 7.0}, {-1, own + sampling}, 32}, {{}, {0, 0}, 64}, share);
    };
    CHECK(next(0.99 * share, 1) == 0);
    CHECK(next(1.2 * share, 1) == 43);  // some more: the sampling variance falls with 1/n - 1/64
    CHECK(next(3.1 * share, 1) == 49);  // 1 / (1/3.1 (1/32 - 1/64) + 1/64), rounded up
    CHECK(next(100 * share, 1) == 64);  // twice as many at most
    CHECK(next(0, 0) == 64);            // documents on which nothing differs tell no variance
}

TEST_CASE("a trial is told with the variance of its documents and that of not having scored all") {
    raced_search raced;
    std::size_t partial = 0;
    run_all_trials(raced.search, raced.measure, raced.race, [&](const trial_event& event) {
        CHECK(event.losses.size() == 64);
        CHECK(event.observation.document_losses.size() == event.documents);
        const auto difference = paired_difference(event.losses, raced.search.options().reference_losses);
        CHECK(event.observation.loss == difference.mean);
        if (event.documents < 64) {
            ++partial;
            CHECK(event.observation.variance > difference.variance);
            CHECK(event.observation.variance < difference.variance * 10);
        } else {
            CHECK(event.observation.variance == difference.variance);
        }
    });
    CHECK(partial > 5);
}

TEST_CASE("a merge whose losses are all known is not estimated") {
    raced_search raced;
    const std::size_t before = raced.landscape.scored;
    raced_loss known;
    race_merge(raced.race, std::vector{1.0 / 3, 1.0 / 3, 1.0 / 3}, raced.race.leader(), 0.25, raced.measure, known);
    CHECK(known.documents == 64);
    CHECK(known.completed.sampling_variance == 0);
    CHECK(raced.landscape.scored == before);
}

TEST_CASE("whatever is reported was scored on all documents, and baselines are as good as without a race") {
    raced_search raced;
    raced.run();
    const auto found = raced.search.recommendation().merge_weights;
    const auto compared = baselines(3, 15, 1);
    const auto nothing = [](const std::string&) {};
    const auto report = make_report(found, compared, raced.measure, raced.race, gain_documents::test, nothing);
    partial_landscape landscape;
    measured_merges measure(landscape);
    const auto full = make_report(found, compared, measure, gain_documents::test, nothing);
    REQUIRE(report.rows.size() == full.rows.size());
    for (std::size_t i = 0; i < report.rows.size(); ++i) {
        const auto losses = landscape(report.rows[i].merge_weights, document_set::search).losses;
        CHECK(report.rows[i].search.mean == mean_loss(losses).mean);
        CHECK(report.rows[i].search.mean < full.rows[i].search.mean + 2e-3);
    }
    CHECK(report.found().test->mean == full.found().test->mean);
}

TEST_CASE("merges that fail, or whose losses are no numbers, are failed trials and neither lead nor teach") {
    raced_search raced;
    raced.landscape.failing_from = 0.6;
    std::size_t failed = 0;
    run_all_trials(raced.search, raced.measure, raced.race, [&](const trial_event& event) {
        if (event.observation.status != trial_status::failed) return;
        ++failed;
        CHECK(event.losses.empty());
        CHECK(event.observation.reason == "out of memory");
    });
    CHECK(failed > 0);
    CHECK(raced.search.recommendation().merge_weights[0] < 0.6);
    const auto before = raced.race.leader().difference.mean;
    raced.race.enter({0.1, 0.1, 0.8}, std::vector<double>(64, std::nan("")));
    raced.race.enter({0.1, 0.1, 0.8}, {});
    CHECK(raced.race.leader().difference.mean == before);
    const auto lost = raced.race.estimate(newest, std::vector{1.0, std::nan(""), 1.0, 1.0});
    CHECK(raced.race.next_stage(lost, raced.race.leader(), 0.25) == 0);
}

TEST_CASE("a raced search that was killed after any line of its journal continues bit for bit") {
    const scratch_folder folder;
    const auto run = [](const std::filesystem::path& path, journal_mode mode) {
        raced_search raced({}, 8);
        journaled_search journaled(std::move(raced.search), path, {}, mode);
        enter_trials(raced.race, journaled.history(), raced.measure);
        run_all_trials(journaled, raced.measure, raced.race, [](const trial_event&) {});
        return read_text(path);
    };
    const std::string whole = run(folder.path / "whole", journal_mode::create);
    CHECK(whole.find("\"documents\":4,\"losses\":[") != whole.npos);
    for (std::size_t end = whole.find('\n'); end != whole.npos; end = whole.find('\n', end + 1)) {
        write_text(folder.path / "killed", whole.substr(0, end + 1));
        CHECK(run(folder.path / "killed", journal_mode::resume) == whole);
    }
}

TEST_CASE("numbers by which no race decides are refused by name and value") {
    CHECK_NOTHROW(check(racing_options{.share = 0, .choice_share = INFINITY}));
    const auto refused = [](const racing_options& options, const char* message) {
        CHECK_THROWS_WITH_AS(check(options), message, input_error);
        CHECK_THROWS_AS(document_race({0, 1}, {1, 2, 3, 4}, options), input_error);
    };
    refused({.share = NAN}, "racing.share is nan, but it must be 0 or more");
    refused({.choice_share = -1}, "racing.choice_share is -1, but it must be 0 or more");
    refused({.confidence = 1}, "racing.confidence is 1, but it must be between 0 and 1");
    refused({.confidence = NAN}, "racing.confidence is nan, but it must be between 0 and 1");
}

TEST_CASE("a race over domains finds the merge of the least weighted mean, on a fraction of the documents") {
    const auto found = [](racing_options options) {
        partial_landscape landscape;
        measured_merges measure(landscape);
        const document_domains domains = {{"web", 40, 3}, {"code", 16, 1}, {"watched", 8, 0}};
        const auto reference = measure(newest, document_set::search).losses;
        document_race race(newest, reference, options, domains);
        enter_baselines(race, baselines(3, 0, 1), measure);
        bayesian_search search(
            simplex{3},
            {.budget = 15, .reference_losses = reference, .domains = domains, .known = {{.point = newest}}});
        run_all_trials(search, measure, race, [](const trial_event&) {});
        const auto losses = landscape(search.recommendation().merge_weights, document_set::search).losses;
        return std::pair(paired_difference(losses, reference, domains).mean, landscape.scored);
    };
    const auto [raced, scored] = found({});
    const auto [full, all] = found({.first = 64});
    CHECK(raced < 0);
    CHECK(raced < full + 5e-3);  // of a gain of some 0.5
    CHECK(scored < all / 2);
}

TEST_CASE("documents of a domain without weight are left out of races") {
    partial_landscape landscape;
    measured_merges measure(landscape);
    const document_domains domains = {{"watched", 32, 0}, {"web", 32}};
    document_race race(newest, measure(newest, document_set::search).losses, {.share = 0}, domains);
    raced_loss raced;
    race_merge(race, {0.3, 0.3, 0.4}, race.leader(), 0, measure, raced);
    CHECK(raced.documents == 32);
    CHECK(std::ranges::all_of(race.documents(32), [](std::size_t document) { return document >= 32; }));
    CHECK(raced.completed.sampling_variance == 0);
}

TEST_CASE("of guarded domains the losses are estimated in a race, and the leader keeps the guards") {
    partial_landscape landscape;
    measured_merges measure(landscape);
    const document_domains domains = {{"watched", 32, 0}, {"web", 32}};
    const auto reference = measure(newest, document_set::search).losses;
    document_race strict(newest, reference, {}, domains, {{"watched", 0}});
    document_race free(newest, reference, {}, domains);
    enter_baselines(strict, baselines(3, 0, 1), measure);
    enter_baselines(free, baselines(3, 0, 1), measure);
    const std::vector<double> merge = {0.3, 0.3, 0.4};
    raced_loss raced;
    race_merge(strict, merge, strict.leader(), strict.options().share, measure, raced);
    REQUIRE(raced.guard_losses.size() == 1);
    const auto all = measure(merge, document_set::search).losses;
    const double truth = domain_losses(paired_differences(all, reference), domains)[0].mean;
    CHECK(std::abs(raced.guard_losses[0].mean - truth) < 4 * raced.guard_losses[0].standard_error());
    CHECK(strict.leader().guard_losses[0].mean <= 0);
    CHECK(free.leader().difference.mean <= strict.leader().difference.mean);
    std::vector<double> worse = reference;  // better where it counts, and worse where it is guarded
    for (std::size_t j = 0; j < 64; ++j) worse[j] += j < 32 ? 3 : -3;
    strict.enter({1, 0, 0}, worse);
    free.enter({1, 0, 0}, worse);
    CHECK(free.leader().difference.mean == doctest::Approx(-3));
    CHECK(strict.leader().difference.mean > -3);
}

TEST_CASE("a race tells a search the losses that its guards ask for") {
    partial_landscape landscape;
    measured_merges measure(landscape);
    const document_domains domains = {{"web", 40}, {"code", 24, 0}};
    const std::vector<domain_guard> guards = {{"code", 0.05}};
    const auto reference = measure(newest, document_set::search).losses;
    document_race race(newest, reference, {}, domains, guards);
    bayesian_search search(simplex{3},
                           {.budget = 12,
                            .reference_losses = reference,
                            .domains = domains,
                            .guards = guards,
                            .known = {{.point = newest}}},
                           guarded<improvement_or_knowledge>{});
    enter_baselines(race, baselines(3, 0, 1), measure);
    run_all_trials(search, measure, race, [](const trial_event&) {});
    for (const auto& [suggested, observed] : search.history().records()) CHECK(observed.guard_losses.size() == 1);
    CHECK(search.recommendation().keeps_guards);
}
