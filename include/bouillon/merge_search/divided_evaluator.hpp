// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/merge_search/evaluation_message.hpp>
#include <bouillon/merge_search/evaluator.hpp>
#include <bouillon/merge_search/merge_sums.hpp>
#include <bouillon/process/collectives.hpp>
#include <bouillon/process/concept.hpp>
#include <bouillon/score/batch_part.hpp>
#include <bouillon/score/held_out.hpp>
#include <bouillon/tensor/loss_sum.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bouillon {

/// Measures merges by all processes of a group: each makes its share of the merge, where the checkpoints are divided,
/// and runs its part of the documents' batches. The losses are, bit for bit, those of one process.
///
/// Rank 0 is the evaluator; the others serve() it. With the end of rank 0's object they return.
/// @tparam Evaluator a resident_evaluator, of divided_checkpoints say, or a layered_evaluator
template <process_group Group, class Evaluator>
class divided_evaluator {
 public:
    /// @param group of the processes that measure; all make one, with the same checkpoints and documents
    /// @param evaluator this process's
    divided_evaluator(Group group, Evaluator evaluator) : group_(std::move(group)), evaluator_(std::move(evaluator)) {}

    ~divided_evaluator() {
        if (group_.size() > 1 && group_.rank() == 0 && !failed_) send(evaluation_request());
    }
    divided_evaluator(const divided_evaluator&) = delete;
    divided_evaluator& operator=(const divided_evaluator&) = delete;

    /// Losses of a merge. On rank 0.
    /// @param merge_weights (checkpoints), newest last
    /// @param documents which
    /// @throws process_lost where this process's part fails: the others wait for it
    merge_evaluation operator()(std::span<const double> merge_weights, document_set documents) {
        return measure(request_for(merge_weights, documents));
    }

    /// Losses on some of the search documents. On rank 0.
    /// @param merge_weights (checkpoints), newest last
    /// @param documents (scored), which
    /// @throws process_lost where this process's part fails: the others wait for it
    merge_evaluation operator()(std::span<const double> merge_weights, std::span<const std::size_t> documents) {
        return measure(request_for(merge_weights, documents));
    }

    /// Does its part of what rank 0 measures, until that has ended. On all other ranks.
    /// @throws whatever the part does: then the program is to end all processes
    void serve() {
        for (;;) {
            std::vector<std::byte> message;
            broadcast(group_, message);
            const auto request = request_of(std::move(message));
            if (request.what == evaluation_request::nothing) return;
            with_documents(request, [&](const held_out_documents& held_out) {
                collect(group_, to_message(part_of(request, held_out)).bytes());
            });
        }
    }

    /// What it measures with.
    const Evaluator& evaluator() const { return evaluator_; }

 private:
    void send(const evaluation_request& request) {
        const auto message = to_message(request);
        std::vector<std::byte> bytes(message.bytes().begin(), message.bytes().end());
        broadcast(group_, bytes);
    }

    template <class Body>
    void with_documents(const evaluation_request& request, const Body& body) {
        const auto& sets = evaluator_.documents();
        if (request.what == evaluation_request::some)
            body(sets.some(request.documents));
        else
            body(sets[request.set()]);
    }

    merge_sums part_of(const evaluation_request& request, const held_out_documents& held_out) {
        return evaluator_.sums(request.merge_weights, held_out, {group_.rank(), group_.size()});
    }

    /// What fails here is told as the end of it all: whoever called must not go on to the next trial, of which the
    /// others know nothing.
    merge_evaluation measure(const evaluation_request& request) try {
        failed_ = true;  // until it is through
        send(request);
        merge_evaluation result;
        with_documents(request, [&](const held_out_documents& held_out) {
            merge_sums own = part_of(request, held_out);
            detail::stopwatch watch;
            const auto parts = collect(group_, {});
            for (std::size_t rank = 1; rank < parts.size(); ++rank) add(sums_of(parts[rank]), own.sums);
            result.losses = evaluator_.scorer().losses(own.sums, held_out);
            result.merge_seconds = own.merge_seconds;
            result.score_seconds = own.score_seconds + watch.lap();
        });
        failed_ = false;
        return result;
    } catch (const work_error& failure) {
        if (group_.size() == 1) throw;
        throw process_lost(failure.what());
    }

    static void add(const merge_sums& part, std::span<detail::fixed_loss> sums) {
        for (std::size_t i = 0; i < sums.size(); ++i) sums[i] = detail::add_fixed_losses{}(sums[i], part.sums.at(i));
    }

    Group group_;
    Evaluator evaluator_;
    bool failed_ = false;  // in the middle of what the others take part in
};

}  // namespace bouillon
