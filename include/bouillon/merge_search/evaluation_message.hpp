// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/merge_search/evaluator.hpp>
#include <bouillon/merge_search/merge_sums.hpp>
#include <bouillon/process/message.hpp>
#include <bouillon/tensor/loss_sum.hpp>

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace bouillon {

/// What a process asks of those that measure merges for it.
struct evaluation_request {
    /// On which documents.
    enum kind : int {
        nothing,  ///< no more is asked
        search,   ///< all that the search learns from
        test,     ///< those of the verdict
        some      ///< some of the former
    };

    kind what = nothing;                      ///< on which documents
    std::vector<double> merge_weights = {};   ///< (checkpoints) or (groups, checkpoints), dimensionless
    std::vector<std::size_t> documents = {};  ///< (scored), which, where some are

    /// The set of documents, where all of one are meant.
    document_set set() const { return what == test ? document_set::test : document_set::search; }
};

/// What is asked for of all documents of a set.
inline evaluation_request request_for(std::span<const double> merge_weights, document_set documents) {
    return {documents == document_set::search ? evaluation_request::search : evaluation_request::test,
            {merge_weights.begin(), merge_weights.end()}};
}

/// What is asked for of some of the search documents.
inline evaluation_request request_for(std::span<const double> merge_weights, std::span<const std::size_t> documents) {
    return {
        evaluation_request::some, {merge_weights.begin(), merge_weights.end()}, {documents.begin(), documents.end()}};
}

/// A request as a message between processes.
inline message_writer to_message(const evaluation_request& request) {
    message_writer message;
    message.put(request.what).put_list(std::span<const double>(request.merge_weights));
    message.put_list(std::span<const std::size_t>(request.documents));
    return message;
}

/// The request that such a message holds.
/// @throws work_error for one that ends too early
inline evaluation_request request_of(std::vector<std::byte> bytes) {
    message_reader message(std::move(bytes));
    evaluation_request request;
    request.what = message.get<evaluation_request::kind>();
    request.merge_weights = message.get_list<double>();
    request.documents = message.get_list<std::size_t>();
    return request;
}

/// A part of a measurement as a message between processes.
inline message_writer to_message(const merge_sums& part) {
    message_writer message;
    message.put_list(std::span<const detail::fixed_loss>(part.sums)).put(part.merge_seconds).put(part.score_seconds);
    return message;
}

/// The part that such a message holds.
/// @throws work_error for one that ends too early
inline merge_sums sums_of(std::vector<std::byte> bytes) {
    message_reader message(std::move(bytes));
    merge_sums part;
    part.sums = message.get_list<detail::fixed_loss>();
    part.merge_seconds = message.get<double>();
    part.score_seconds = message.get<double>();
    return part;
}

/// A measurement as a message between processes.
inline message_writer to_message(const merge_evaluation& made) {
    message_writer message;
    message.put_list(std::span<const double>(made.losses)).put(made.merge_seconds).put(made.score_seconds);
    message.put_list(std::span<const double>(made.beside));
    return message;
}

/// The measurement that such a message holds.
/// @throws work_error for one that ends too early
inline merge_evaluation evaluation_of(std::vector<std::byte> bytes) {
    message_reader message(std::move(bytes));
    merge_evaluation made;
    made.losses = message.get_list<double>();
    made.merge_seconds = message.get<double>();
    made.score_seconds = message.get<double>();
    made.beside = message.get_list<double>();
    return made;
}

}  // namespace bouillon
