// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge_search/run.hpp>

#include "bindings/checkpoint_run.hpp"
#include "bindings/module.hpp"
#include "bindings/python_evaluator.hpp"
#include "bindings/python_lock.hpp"
#include "choices/choice.hpp"
#include "report/html_report.hpp"
#include "report/json_output.hpp"
#include "report/page_json.hpp"
#include "report/report_output.hpp"
#include "report/search_page.hpp"
#include "scoring/merge_scorer.hpp"
#include "search/compared_merges.hpp"
#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string>
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
    std::string scorer, unit;
    std::optional<std::filesystem::path> journal;
};

/// What it comes to.
struct merge_search_answer {
    std::string text, page, result;  // for people; as HTML; as a line of JSON
    std::vector<double> merge_weights, found;
    bool merge = false;
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
    arguments.score = "python: " + request.scorer;
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

/// Tells Python of a trial: its ticket, its losses, and why it failed.
std::function<void(const bouillon::trial_event&)> teller(const nb::object& tell) {
    if (tell.is_none()) return [](const auto&) {};
    return [&tell](const bouillon::trial_event& event) {
        const lock_held held;
        const double loss =
            event.losses.empty() ? std::numeric_limits<double>::quiet_NaN() : bouillon::mean_loss(event.losses).mean;
        called(tell, nb::make_tuple(event.trial.ticket, event.trial.merge_weights, loss, event.documents,
                                    event.observation.reason));
    };
}

merge_search_answer answer_of(merge_problem& problem, const bouillon::checkpoint_set* checkpoints) {
    const auto result = search_alike(problem);
    const auto report = compared_merges(problem, result, result.recommendation);
    auto line = result_json(report, result.recommendation, problem.names, problem.wording, result.stopped_by);
    const bool journaled = !problem.arguments.journal.empty();
    const auto page = make_page(problem, journaled ? checkpoints : nullptr, report, result);
    merge_search_answer answer{result_text(report, problem.names, problem.wording),
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
                                 bool chooses, const nb::object& tell) {
    const auto evaluator = std::make_shared<python_evaluator>(std::move(measure), chooses,
                                                              bouillon::confirm_options{request.confirm, request.seed});
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
                          .on_trial = teller(tell)};
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
        .def_rw("scorer", &request::scorer)
        .def_rw("unit", &request::unit)
        .def_rw("journal", &request::journal)
        .def("set_bound", [](request& self, const std::string& name, double value) {
            for (const auto& choice : space_choices())
                for (const auto& bound : choice.bounds)
                    if (bound.name == name) self.bounds.*bound.value = value;
        });
    using answer = merge_search_answer;
    nb::class_<answer>(module, "MergeSearchAnswer")
        .def_ro("text", &answer::text)
        .def_ro("page", &answer::page)
        .def_ro("result", &answer::result)
        .def_ro("merge_weights", &answer::merge_weights)
        .def_ro("found", &answer::found)
        .def_ro("merge", &answer::merge);
    module.def("search_merge", search_merge, nb::arg("request"), nb::arg("run").none(), nb::arg("measure"),
               nb::arg("chooses"), nb::arg("tell").none());
}
