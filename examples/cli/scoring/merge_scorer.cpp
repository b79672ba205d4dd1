// SPDX-License-Identifier: Apache-2.0
#include "scoring/merge_scorer.hpp"

#include <bouillon/checkpoint/checkpoint_set.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/merge/memory_plan.hpp>
#include <bouillon/merge_search/document_split.hpp>
#include <bouillon/merge_search/group_evaluators.hpp>
#include <bouillon/merge_search/question_evaluator.hpp>
#include <bouillon/model/decoder.hpp>

#include "processes/common_inputs.hpp"
#include "processes/program_processes.hpp"
#include "scoring/held_out_input.hpp"
#include "scoring/model_config.hpp"
#include "scoring/window_length.hpp"

#include <cstdio>
#include <filesystem>
#include <memory>
#include <utility>
#include <vector>

namespace {

constexpr double third = 1.0 / 3;  // of the documents, unless the user says another share

/// What a search learns from, and what judges.
struct document_sets {
    bouillon::held_out_sets search, judging;
    bouillon::measured_domains domains;  // none of a single set
    std::size_t confirming = 0;          // of those that judge, where they are set aside from the search's
};

/// The part of each set that is set aside to judge; none of any where one has too few.
std::vector<bouillon::document_split> parted(const std::vector<bouillon::held_out_set>& sets,
                                             const search_arguments& arguments) {
    const double share = arguments.confirm.value_or(third);
    std::vector<bouillon::document_split> splits;
    for (const auto& set : sets) {
        splits.push_back(bouillon::split_documents(set.size(), share, arguments.seed));
        if (!splits.back().confirm.empty()) continue;
        if (sets.size() > 1 && share > 0)
            std::fprintf(stderr, "bouillon: nothing is set aside to judge on, as %s has only %zu documents\n",
                         arguments.held_out[splits.size() - 1].file.c_str(), set.size());
        return {};
    }
    return splits;
}

bouillon::document_domains domains_of(const std::vector<bouillon::held_out_set>& sets,
                                      const std::vector<held_out_argument>& arguments) {
    bouillon::document_domains domains;
    for (std::size_t s = 0; s < sets.size() && sets.size() > 1; ++s)
        domains.push_back({arguments[s].name, sets[s].size(), arguments[s].weight});
    return domains;
}

document_sets read_documents(const search_arguments& arguments) {
    std::vector<bouillon::held_out_set> search, judging;
    for (const auto& argument : arguments.held_out) search.push_back(read_held_out_set(argument.file));
    for (const auto& argument : arguments.test) judging.push_back(read_held_out_set(argument.file));
    document_sets sets;
    if (judging.empty())
        for (const auto& split : parted(search, arguments)) {
            auto& whole = search[judging.size()];
            judging.push_back(whole.select(split.confirm));
            whole = whole.select(split.search);
            sets.confirming += split.confirm.size();
        }
    sets.domains = {domains_of(search, arguments.held_out), domains_of(judging, arguments.held_out)};
    sets.search = bouillon::held_out_sets(std::move(search));
    sets.judging = bouillon::held_out_sets(std::move(judging));
    return sets;
}

/// The files that are read.
std::vector<std::filesystem::path> files_of(const search_arguments& arguments) {
    std::vector<std::filesystem::path> files;
    for (const auto* sets : {&arguments.held_out, &arguments.test})
        for (const auto& set : *sets) files.push_back(set.file);
    return files;
}

/// The processes that measure a merge together with this one.
bouillon::any_processes groups_of(const program_processes& processes, std::size_t each) {
    return each == 0 ? processes.all() : bouillon::group_of_processes(processes.all(), each);
}

void announce(const bouillon::memory_plan& plan) { std::fprintf(stderr, "memory: %s\n", describe(plan).c_str()); }

}  // namespace

merge_scorer make_scorer(const search_arguments& arguments, const bouillon::checkpoint_set& checkpoints,
                         const bouillon::tensor_groups& groups, program_processes& processes,
                         const command_context& context) {
    if (arguments.has_command() && processes.several())
        throw bouillon::input_error("a scorer's command is run by one process, but " +
                                    bouillon::to_string(processes.all().size()) + " were started");
    if (arguments.has_command())
        return make_command_scorer(arguments, arguments.confirm.value_or(third), checkpoints, groups, context);
    auto [search, judging, domains, confirming] = read_documents(arguments);
    const bool have_questions = search.have_questions() || judging.have_questions();
    check_metric(*arguments.metric, have_questions, arguments.held_out.front().file);
    const auto model = read_model_config(checkpoints.newest());
    search.check_vocabulary(model.vocabulary);
    judging.check_vocabulary(model.vocabulary);
    merge_scorer scorer;
    scorer.domains = std::move(domains);
    scorer.has_mixed_units = have_questions && search.have_documents() && !arguments.metric->is_per_token();
    scorer.window = window_length(model, arguments.window);
    note_window(scorer.window, model.context, arguments.window);
    scorer.confirming = confirming;
    scorer.precision = precision_of(*arguments.precision, *arguments.backend, checkpoints);
    note_precision(scorer.precision);
    agree_on_inputs(processes, checkpoints, files_of(arguments));
    scorer.evaluate = arguments.backend->evaluate({.checkpoints = checkpoints,
                                                   .groups = groups,
                                                   .model = model,
                                                   .window = scorer.window,
                                                   .search = search.documents(),
                                                   .test = judging.documents(),
                                                   .threads = processes.threads(arguments.threads),
                                                   .precision = scorer.precision,
                                                   .announce = announce,
                                                   .world = processes.all(),
                                                   .processes = groups_of(processes, arguments.groups_of)});
    if (!processes.leads() || !have_questions) return scorer;
    scorer.metric = arguments.metric;
    scorer.wording = scorer.has_mixed_units ? wording_of_shares() : arguments.metric->wording;
    auto* const side_by_side = scorer.evaluate.side_by_side;
    scorer.evaluate = as_functions(std::make_shared<bouillon::question_evaluator<evaluate_function>>(
        std::move(scorer.evaluate), std::move(search), std::move(judging), arguments.metric->loss));
    scorer.evaluate.side_by_side = side_by_side;
    return scorer;
}
