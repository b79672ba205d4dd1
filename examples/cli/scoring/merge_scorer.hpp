// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/merge_search/measured_domains.hpp>
#include <bouillon/tensor/precision.hpp>

#include "choices/metric_choice.hpp"
#include "scoring/evaluate_function.hpp"
#include "scoring/loss_wording.hpp"
#include "search/search_arguments.hpp"

#include <atomic>
#include <cstddef>
#include <functional>
#include <span>

namespace bouillon {
class checkpoint_set;
struct tensor_groups;
}  // namespace bouillon
class measurement_names;
class program_processes;

/// What measures the merges of a search.
struct merge_scorer {
    evaluate_function evaluate;
    loss_wording wording;
    const metric_choice* metric = nullptr;                         // of questions; null where documents are scored
    bouillon::precision precision = bouillon::precision::float32;  // of the products that give losses
    std::size_t window = 0;                   // tokens in which documents are cut; 0: a command's affair
    std::size_t confirming = 0;               // documents set aside from the search's; not known here of a command's
    bouillon::measured_domains domains = {};  // of the sets, where there are several
    std::function<bouillon::measured_domains()> told_domains = {};  // of a command's, once it has measured a merge
    bool has_mixed_units = false;  // documents and questions, whose losses cannot be added
    std::function<bool(std::span<const double> measured)> chooses_documents = {};  // of a scorer that must be asked
};

/// What a command that measures knows of the search, and hears of its end.
struct command_context {
    measurement_names& names;       // must outlive the scorer
    const std::atomic<bool>* stop;  // once true, nobody wants what is being measured
};

/// @param checkpoints that are merged; must outlive the result
/// @param groups of tensors that may have merge weights of their own; must outlive the result
/// @param processes that measure together; on others than the first it does their part until the first one's scorer
/// ends
/// @param context of a command
/// @throws input_error for documents that cannot be read, and where memory is short
merge_scorer make_scorer(const search_arguments& arguments, const bouillon::checkpoint_set& checkpoints,
                         const bouillon::tensor_groups& groups, program_processes& processes,
                         const command_context& context);

/// The same of a command.
/// @param arguments of the search
/// @param confirm_share of the documents that it prints losses of
/// @param checkpoints, groups, context as for make_scorer
merge_scorer make_command_scorer(const search_arguments& arguments, double confirm_share,
                                 const bouillon::checkpoint_set& checkpoints, const bouillon::tensor_groups& groups,
                                 const command_context& context);
