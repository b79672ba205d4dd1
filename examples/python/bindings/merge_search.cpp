// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge_search/run.hpp>

#include "bindings/checkpoint_run.hpp"
#include "bindings/module.hpp"
#include "bindings/python_evaluator.hpp"
#include "bindings/python_lock.hpp"
#include "choices/choice.hpp"
#include "printed.hpp"
#include "report/html_report.hpp"
#include "report/json_output.hpp"
#include "report/page_json.hpp"
#include "report/report_output.hpp"
#include "report/search_page.hpp"
#include "scoring/merge_scorer.hpp"
#include "search/compared_merges.hpp"
#include <nanobind/ndarray.h>
#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace nb = nanobind;

namespace {

/// What Python asked of a search of merges.
struct merge_search_request {
    std::vector<std::string> names;            // of the checkpoints, oldest first
    std::vector<std::filesystem::path> paths;  // as the journal names them; none: by their names
    std::string space, kernel, acquisition;
    space_bounds bounds;
    std::size_t budget = 20;
    std::uint64_t seed = 1;
    double confirm = 0;  // share of the documents
    bool race = true, resume = false;
    bool test = false;  // whether there are test documents
    stopping_options stopping;
    std::string settings, unit;
    std::optional<std::filesystem::path> journal;
};

/// What it comes to: for people; as HTML; as a line of JSON; merge weights (checkpoints) of what is to be used and of
/// the found merge; whether that is to be used.
using merge_search_answer =
    std::tuple<std::string, std::string, std::string, std::vector<double>, std::vector<double>, bool>;

/// What Python is told as a search goes.
struct search_listener {
    nb::callable trial, stage, note;
};

search_arguments arguments_of(const merge_search_request& request) {
    search_arguments arguments;
    if (request.paths.empty())
        arguments.checkpoints.assign(request.names.begin(), request.names.end());
    else
        arguments.checkpoints = request.paths;
    arguments.space = &choice_named(space_choices(), request.space, "space");
    arguments.kernel = &choice_named(kernel_choices(), request.kernel, "kernel");
    arguments.acquisition = &choice_named(acquisition_choices(), request.acquisition, "acquisition");
    const std::size_t checkpoints = request.names.size();
    if (arguments.space == &space_choices().front()) arguments.space = &default_space(checkpoints);
    const any_space space = arguments.space->make(checkpoints, request.bounds);
    if (arguments.kernel == &kernel_choices().front()) arguments.kernel = &default_kernel(space.dimension());
    if (arguments.acquisition == &acquisition_choices().front()) arguments.acquisition = &default_acquisition();
    arguments.bounds = request.bounds;
    arguments.budget = request.budget;
    arguments.seed = request.seed;
    arguments.full = !request.race;
    arguments.score = "python";  // the settings tell which
    arguments.settings = request.settings;
    if (request.test) arguments.test = {{"python", "python"}};
    arguments.stopping = request.stopping;
    arguments.journal = request.journal.value_or(std::filesystem::path());
    arguments.resume = request.resume;
    arguments.page = true;
    return arguments;
}

merge_scorer scorer_of(const std::shared_ptr<python_evaluator>& evaluator, const std::string& unit) {
    merge_scorer scorer;
    scorer.evaluate = as_functions(evaluator);
    scorer.wording = {unit, unit, "documents"};
    scorer.chooses_documents = [evaluator](std::span<const double>) { return evaluator->chooses_documents(); };
    return scorer;
}

/// Tells Python of a trial: its fields as the package has them.
void tell(const nb::callable& trial, const bouillon::trial_event& event, const std::vector<double>& newest_losses) {
    const lock_held held;
    const double loss =
        event.losses.empty() ? std::numeric_limits<double>::quiet_NaN() : bouillon::mean_loss(event.losses).mean;
    const bool observed = event.observation.status == bouillon::trial_status::observed;
    called(trial, nb::make_tuple(event.trial.ticket, event.trial.merge_weights, loss,
                                 bouillon::mean_loss(newest_losses).mean - loss, event.documents,
                                 observed ? "observed" : "failed", event.observation.reason));
}

auto text_teller(const nb::callable& told) {
    return [&told](const std::string& text) {
        const lock_held held;
        called(told, nb::make_tuple(text));
    };
}

/// What the program prints around the table.
std::string text_of(const merge_problem& problem, const bouillon::merge_report& report, const search_result& result) {
    std::string text, stopped_by = result.stopped_by;
    std::ranges::replace(stopped_by, '-', '_');
    if (stopped_by != "budget")
        text = "Stopped by " + stopped_by +
               printed(" after %zu of %zu trials\n\n", result.trials, problem.arguments.budget);
    text += result_text(report, result.front, problem.names, problem.wording);
    if (const auto failed = std::ranges::count_if(result.reported, &reported_trial::failed); failed > 0)
        text += printed("Warning: %td of %zu trials failed.\n", failed, result.trials);
    return text;
}

merge_search_answer answer_of(merge_problem& problem, const bouillon::checkpoint_set* checkpoints) {
    const auto result = search_alike(problem);
    const auto report = compared_merges(problem, result, result.recommendation);
    auto line = result_json(report, result, problem.names, problem.wording);
    const bool journaled = !problem.arguments.journal.empty();
    const auto page = make_page(problem, journaled ? checkpoints : nullptr, report, result);
    merge_search_answer answer{text_of(problem, report, result),
                               html_report(page),
                               line.dump(),
                               report.merge() ? report.found().merge_weights : problem.newest(),
                               report.found().merge_weights,
                               report.merge()};
    if (journaled) {
        line["page"] = page_json(page);
        problem.journal.end(line);
    }
    return answer;
}

merge_search_answer search_merge(const merge_search_request& request, const checkpoint_run* run, nb::callable measure,
                                 bool chooses, const search_listener& listener) {
    const bouillon::confirm_options confirm{request.test ? 0 : request.confirm, request.seed};
    const auto evaluator = std::make_shared<python_evaluator>(std::move(measure), chooses, request.test, confirm);
    const lock_released released;
    const auto arguments = arguments_of(request);
    std::vector<double> newest(request.names.size());  // merge weights
    newest.back() = 1;
    measurement_journal journal(arguments, newest);
    const bouillon::tensor_groups groups;
    measurement_names called;
    const merge_scorer scorer = scorer_of(evaluator, request.unit);
    recorded_evaluator evaluate(scorer.evaluate, [&](const auto& made) { journal.write(made); });
    for (const auto& made : journal.earlier()) evaluate.remember(made);
    merge_losses losses(evaluate, nullptr);
    merge_problem problem{.arguments = arguments,
                          .groups = groups,
                          .losses = losses,
                          .journal = journal,
                          .called = called,
                          .names = {request.names, {}},
                          .wording = scorer.wording,
                          .note = text_teller(listener.note),
                          .on_stage = text_teller(listener.stage)};
    problem.on_trial = [&](const auto& event) { tell(listener.trial, event, problem.newest_losses); };
    measure_newest(problem, scorer, evaluate);
    return answer_of(problem, run ? &run->checkpoints : nullptr);
}

}  // namespace

void add_merge_search(nb::module_& module) {
    using request = merge_search_request;
    nb::class_<request>(module, "MergeSearchRequest")
        .def(nb::init<>())
        .def_rw("names", &request::names)
        .def_rw("paths", &request::paths)
        .def_rw("space", &request::space)
        .def_rw("kernel", &request::kernel)
        .def_rw("acquisition", &request::acquisition)
        .def_rw("budget", &request::budget)
        .def_rw("seed", &request::seed)
        .def_rw("confirm", &request::confirm)
        .def_rw("race", &request::race)
        .def_rw("resume", &request::resume)
        .def_rw("test", &request::test)
        .def_rw("settings", &request::settings)
        .def_rw("unit", &request::unit)
        .def_rw("journal", &request::journal)
        .def(
            "set_stopping",
            [](request& self, long deadline, std::size_t patience, std::optional<double> target_gain, bool regret,
               std::optional<double> least_regret) {
                self.stopping = {.deadline = deadline,
                                 .patience = patience,
                                 .target_gain = target_gain,
                                 .regret = regret,
                                 .least_regret = least_regret};
            },
            nb::arg("deadline"), nb::arg("patience"), nb::arg("target_gain").none(), nb::arg("regret"),
            nb::arg("least_regret").none())
        .def("set_bound", [](request& self, const std::string& name, double value) {
            for (const auto& choice : space_choices())
                for (const auto& bound : choice.bounds)
                    if (bound.name == name) self.bounds.*bound.value = value;
        });
    module.def(
        "search_merge",
        [](const request& asked, const checkpoint_run* run, nb::callable measure, bool chooses, nb::callable trial,
           nb::callable stage, nb::callable note) {
            return search_merge(asked, run, std::move(measure), chooses,
                                {std::move(trial), std::move(stage), std::move(note)});
        },
        nb::arg("request"), nb::arg("run").none(), nb::arg("measure"), nb::arg("chooses"), nb::arg("trial"),
        nb::arg("stage"), nb::arg("note"));
}
