// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/merge_search/confirmed_documents.hpp>
#include <bouillon/merge_search/evaluator.hpp>

#include <nanobind/nanobind.h>

#include <cstddef>
#include <span>
#include <utility>

/// Has a function of Python's merge and measure. Where it takes documents, trials race, and those that are set aside
/// are scored only for the merges that a verdict needs them of.
class python_evaluator {
 public:
    /// @param measure called with merge weights (checkpoints), with the documents' numbers, or None for all, and with
    /// whether they are the test documents; returns losses (documents), and the seconds of merging and of scoring
    /// @param chooses whether it takes documents
    /// @param tests whether it has test documents, which are all scored; then none are set aside
    /// @param confirm which documents are set aside
    python_evaluator(nanobind::callable measure, bool chooses, bool tests, bouillon::confirm_options confirm)
        : measure_(std::move(measure)), chooses_(chooses), tests_(tests), documents_(confirm, "the scorer") {}

    /// @throws work_error where the function raises WorkError; all else that it raises goes through
    bouillon::merge_evaluation operator()(std::span<const double> merge_weights, bouillon::document_set set);
    /// On some of the search documents. Only where it takes documents.
    bouillon::merge_evaluation operator()(std::span<const double> merge_weights,
                                          std::span<const std::size_t> documents);

    bool chooses_documents() const { return chooses_ && documents_.size() > 1; }

 private:
    /// @param documents (scored), as the function counts them; none: all
    bouillon::merge_evaluation ask(std::span<const double> merge_weights, std::span<const std::size_t> documents,
                                   bool test = false);

    nanobind::callable measure_;
    bool chooses_, tests_;
    bouillon::detail::confirmed_documents documents_;
};

static_assert(bouillon::partial_merge_evaluator<python_evaluator>);
