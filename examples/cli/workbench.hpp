// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint_set.hpp>
#include <bouillon/merge_search.hpp>
#include <bouillon/space/simplex.hpp>

#include "evaluators.hpp"
#include "group_options.hpp"
#include "held_out_input.hpp"
#include "measured_in.hpp"
#include "report_output.hpp"
#include "search_arguments.hpp"

#include <chrono>
#include <cstddef>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// Everything that a search runs on.
struct workbench {
    const search_arguments& arguments;
    bouillon::checkpoint_set checkpoints;
    bouillon::tensor_groups groups;  // empty: all tensors have the same merge weights
    evaluate_function evaluate;
    bouillon::measured_merges<evaluate_function> measure;
    std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
    std::vector<double> newest_losses;            // (search documents), of the newest checkpoint
    std::optional<bouillon::document_race> race;  // nothing: every trial is scored in full
    std::size_t confirming = 0;                   // documents set aside from the search's
    std::string metric;                           // of questions; empty where documents are scored
    measured_in measured;
    bouillon::gain_documents gains_on = bouillon::gain_documents::search;

    workbench(const workbench&) = delete;  // `measure` points into it
    workbench& operator=(const workbench&) = delete;

    explicit workbench(const search_arguments& given)
        : arguments(given),
          checkpoints(bouillon::open_checkpoints(given.checkpoints)),
          groups(make_groups(given.groups, checkpoints)),
          measure(evaluate) {
        std::shared_ptr<bouillon::external_evaluator> external;
        if (!given.score.empty()) {
            measured = measure_of_a_command();
            external = std::make_shared<bouillon::external_evaluator>(
                checkpoints, bouillon::external_command{given.score, std::chrono::seconds(given.score_limit)}, groups,
                bouillon::confirm_options{confirm_share(), given.seed});
            evaluate = as_functions(external);
        } else {
            auto [search, test] = read_documents();
            check_metric(given.metric, search.questions || test.questions, given.held_out);
            evaluate = make_resident_evaluator(
                checkpoints, groups, given.backend, given.threads, std::move(search.documents),
                std::move(test.documents),
                [](const bouillon::memory_plan& plan) { std::cerr << "memory: " << describe(plan) << '\n'; });
            if (search.questions || test.questions) {
                metric = given.metric;
                measured = measure_of(metric);
                evaluate = as_functions(std::make_shared<bouillon::question_evaluator<evaluate_function>>(
                    std::move(evaluate), std::move(search.questions), std::move(test.questions),
                    question_loss_of(given.metric)));
            }
        }
        if (given.groups.any()) make_group_space(given.groups, groups, newest());  // a fault shows now, not at the end
        newest_losses = measure(newest(), bouillon::document_set::search).losses;
        if (external) set_aside(external->confirming());
        if (gains_on != bouillon::gain_documents::search)
            measure(newest(), bouillon::document_set::test);  // so that a fault there shows now, not at the end
        if (!given.full && evaluate.some && newest_losses.size() > 1)
            race.emplace(newest(), newest_losses, bouillon::racing_options{.seed = given.seed});
    }

    /// What the search learns from, and what the gains are measured on.
    std::pair<held_out_input, held_out_input> read_documents() {
        auto search = read_held_out_input(arguments.held_out);
        if (!arguments.test.empty()) {
            gains_on = bouillon::gain_documents::test;
            return {std::move(search), read_held_out_input(arguments.test)};
        }
        const auto split = bouillon::split_documents(search.size(), confirm_share(), arguments.seed);
        set_aside(split.confirm.size());
        if (confirming == 0) return {std::move(search), {}};
        return {search.select(split.search), search.select(split.confirm)};
    }

    double confirm_share() const { return arguments.confirm.value_or(1.0 / 3); }

    /// So many documents confirm what is found.
    void set_aside(std::size_t documents) {
        confirming = documents;
        if (documents > 0) gains_on = bouillon::gain_documents::confirm;
    }

    std::vector<double> newest() const { return bouillon::simplex{checkpoints.size()}.newest_average(1); }

    merge_weight_names weight_names() const {
        merge_weight_names names;
        for (const auto& checkpoint : checkpoints) names.checkpoints.push_back(checkpoint.name());
        for (const auto& group : groups.groups) names.groups.push_back(group.name);
        return names;
    }
};
