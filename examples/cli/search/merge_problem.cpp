// SPDX-License-Identifier: Apache-2.0
#include "search/merge_problem.hpp"

#include <bouillon/core/error.hpp>
#include <bouillon/core/in_quotes.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/search/baselines.hpp>
#include <bouillon/search/loss_changes.hpp>
#include <bouillon/search/paired.hpp>
#include <bouillon/space/simplex.hpp>

#include "printed.hpp"
#include "scoring/merge_scorer.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <set>
#include <span>
#include <utility>
#include <vector>

using bouillon::document_set;
using bouillon::gain_documents;

void print_note(const std::string& text) { std::fprintf(stderr, "bouillon: %s\n", text.c_str()); }

std::vector<double> merge_problem::newest() const { return bouillon::simplex{checkpoints()}.newest_average(1); }

namespace {

/// Measures once more where a measurement that the search cannot do without fails.
template <class Measure>
std::vector<double> needed(const merge_problem& problem, const std::string& name, const Measure& measure) {
    try {
        return measure();
    } catch (const bouillon::work_error& failure) {
        problem.note(name + " could not be measured, and is tried once more: " + failure.what());
        return measure();
    }
}

/// Whether losses are so far from those on record that neither noise nor another machine tells why: every one differs,
/// and their mean by more than half and, where that is known, by more than five standard errors.
bool differ_grossly(std::span<const double> recorded, std::span<const double> measured) {
    if (bouillon::changes_of(recorded, measured).differing < recorded.size()) return false;
    const auto difference = bouillon::paired_difference(measured, recorded);
    const double size = std::abs(difference.mean);
    return size > 0.5 * std::abs(bouillon::mean_loss(recorded).mean) && !(size <= 5 * difference.standard_error());
}

constexpr const char* the_newest = "the newest checkpoint";

/// Measures the newest checkpoint as in the run that began the journal, and says what has changed since.
void compare_newest(const merge_problem& problem, const merge_scorer& scorer, recorded_evaluator& evaluate) {
    const std::vector<double>& recorded = problem.newest_losses;
    bouillon::measurement again{problem.newest(), recorded};
    const auto measured = needed(problem, the_newest, [&] {
        auto evaluation = scorer.evaluate(again.merge_weights, document_set::search);
        again.test = std::move(evaluation.beside);
        return evaluation.losses;
    });
    if (measured.size() != recorded.size())
        throw bouillon::input_error(problem.journal.name() + "the newest checkpoint has " +
                                    bouillon::to_string(recorded.size()) + " losses there, but " +
                                    bouillon::to_string(measured.size()) + " here");
    if (differ_grossly(recorded, measured))
        throw bouillon::input_error(problem.journal.name() + "the newest checkpoint has the mean loss " +
                                    printed("%.4g there, but %.4g here: another scorer, or other documents",
                                            bouillon::mean_loss(recorded).mean, bouillon::mean_loss(measured).mean));
    const auto changes = bouillon::changes_of(recorded, measured);
    if (changes.differing > 0)
        problem.note(problem.journal.name() +
                     printed("the newest checkpoint measures otherwise now, as on another machine or with a noisy "
                             "scorer: %zu of %zu losses differ, by up to %.2g. The recorded ones stand.",
                             changes.differing, changes.compared, changes.largest));
    if (problem.journal.has_newest()) return;
    evaluate.remember(again);
    problem.journal.write(again);
}

/// The sets that a command tells losses by; those of the journal, where nothing is left to be measured.
bouillon::measured_domains told_domains(const merge_scorer& scorer, const measurement_journal& journal,
                                        const std::vector<held_out_argument>& weights) {
    auto domains = scorer.told_domains();
    if (domains.search.empty()) domains = journal.domains();
    for (const auto& weight : weights) {
        bool named = false;
        for (auto* set : {&domains.search, &domains.test})
            for (auto& domain : *set)
                if (domain.name == weight.name) {
                    domain.weight = weight.weight;
                    named = true;
                }
        if (!named) {
            std::string names;
            for (const auto& domain : domains.search) names += (names.empty() ? "" : ", ") + domain.name;
            throw bouillon::input_error("--weight names a set " + bouillon::in_quotes(weight.name) +
                                        ", but the command prints losses of " + (names.empty() ? "one set" : names));
        }
    }
    return domains;
}

/// Has losses of different units count by their share of the newest checkpoint's.
void scale_domains(merge_problem& problem) {
    std::string scales;
    const auto& losses = problem.newest_losses;
    auto& search = problem.domains.search;
    auto& test = problem.domains.test;
    std::size_t s = 0;
    bouillon::for_each_domain(search, std::span(losses), [&](const auto& domain, std::span<const double> part) {
        const double loss = bouillon::mean_loss(part).mean;
        if (!(loss > 0))
            throw bouillon::input_error("the newest checkpoint's loss on " + bouillon::in_quotes(domain.name) + " is " +
                                        bouillon::to_string(loss) +
                                        ": it must be above 0, where sets have no unit in common");
        search[s].scale = loss;
        if (!test.empty()) test[s].scale = loss;
        scales += (s++ == 0 ? "" : ", ") + domain.name + printed(" %.4g", loss);
    });
    problem.note(
        "losses of documents and of questions have no unit in common: each set's count by their share of the "
        "newest checkpoint's (" +
        scales + ")");
}

/// What is to be measured once the newest checkpoint has been.
search_work work_of(const merge_problem& problem, std::size_t test_documents) {
    const auto& arguments = problem.arguments;
    search_work work{
        .trials = arguments.budget, .search_documents = problem.newest_losses.size(), .test_documents = test_documents};
    if (arguments.groups.any()) work.trials += arguments.groups.budget > 0 ? arguments.groups.budget : arguments.budget;
    std::set<std::vector<double>> candidates = {problem.newest()};
    const auto baselines = bouillon::baselines(problem.checkpoints(), work.trials, arguments.seed);
    for (const auto& baseline : baselines) {
        candidates.insert(baseline.merge_weights.begin(), baseline.merge_weights.end());
        if (baseline.choice == bouillon::baseline_choice::greedy_soup) work.compared += problem.checkpoints() - 1;
    }
    work.compared += candidates.size();  // less the newest, and the found one
    work.rows = baselines.size();        // the same
    return work;
}

}  // namespace

std::vector<double> needed_losses(merge_problem& problem, const std::string& name,
                                  const std::vector<double>& merge_weights, document_set set) {
    return needed(problem, name, [&] { return problem.losses(merge_weights, set).losses; });
}

void measure_newest(merge_problem& problem, const merge_scorer& scorer, recorded_evaluator& evaluate) {
    const auto& arguments = problem.arguments;
    const auto& journal = problem.journal;
    const std::vector<double> newest = problem.newest();
    const bool recorded = std::ranges::any_of(
        journal.earlier(), [&](const auto& made) { return made.merge_weights == newest && !made.search.empty(); });
    bouillon::detail::stopwatch watch;
    problem.newest_losses = needed_losses(problem, the_newest, newest, document_set::search);
    if (recorded && !journal.has_ended()) compare_newest(problem, scorer, evaluate);
    problem.domains = scorer.domains;
    if (scorer.told_domains) problem.domains = told_domains(scorer, journal, arguments.weights);
    problem.domains.guards = arguments.guards;
    check(arguments.guards, problem.domains.search);
    if (scorer.has_mixed_units) scale_domains(problem);
    if (arguments.test.empty())
        problem.confirming = arguments.has_command() ? evaluate.test_documents() : scorer.confirming;
    if (problem.confirming > 0) problem.gains_on = gain_documents::confirm;
    if (!arguments.test.empty()) problem.gains_on = gain_documents::test;
    std::size_t test_documents = 0;
    if (problem.gains_on != gain_documents::search)
        test_documents = needed_losses(problem, the_newest, newest, document_set::test).size();
    if (!arguments.score.empty()) test_documents = 0;  // which a command tells beside the others
    problem.ahead.emplace(
        work_of(problem, test_documents), watch.lap(), problem.losses.threads(),
        [&losses = problem.losses] { return losses.search_documents_scored() + losses.test_documents_scored(); });
    const auto races = [&] {
        if (arguments.full || !scorer.evaluate.some || problem.newest_losses.size() < 2) return false;
        if (std::ranges::any_of(problem.domains.search, [](const auto& domain) { return domain.documents < 2; }))
            return false;
        if (!scorer.chooses_documents) return true;
        return journal.has_ended() ? journal.has_raced() : scorer.chooses_documents(newest);
    };
    if (races())
        problem.race.emplace(newest, problem.newest_losses, bouillon::racing_options{.seed = arguments.seed},
                             problem.domains.search, arguments.guards);
}
