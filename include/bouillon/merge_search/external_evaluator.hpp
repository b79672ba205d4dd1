// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint_set.hpp>
#include <bouillon/core/temporary_directory.hpp>
#include <bouillon/merge/tensor_groups.hpp>
#include <bouillon/merge/write_merged.hpp>
#include <bouillon/merge_search/evaluator.hpp>
#include <bouillon/score/external_command.hpp>

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <system_error>
#include <utility>

namespace bouillon {

/// Writes each merge to a temporary directory and has a program of the user's measure it: one loss, or one a document.
class external_evaluator {
 public:
    /// @param checkpoints  must outlive the evaluator
    /// @param groups       of tensors that may have merge weights of their own
    external_evaluator(const checkpoint_set& checkpoints, external_command command, tensor_groups groups = {})
        : checkpoints_(&checkpoints),
          command_(std::move(command)),
          groups_(std::move(groups)),
          target_(folder_.path() / (checkpoints.newest().is_directory() ? "merged" : "merged.safetensors")) {}

    /// @throws work_error when the merge cannot be written, the command fails or it gives another number of losses than
    ///         at first: then the trial failed, not the search
    merge_evaluation operator()(std::span<const double> merge_weights, document_set) {
        merge_evaluation result;
        detail::stopwatch watch;
        std::error_code ignored;
        std::filesystem::remove_all(target_, ignored);  // with whatever the command left in it
        write_merged(*checkpoints_, merge_weights, target_, {.groups = groups_});
        result.merge_seconds = watch.lap();
        result.losses = command_(target_);
        if (documents_ == 0) documents_ = result.losses.size();
        if (result.losses.size() != documents_)
            throw work_error("scorer `" + command_.command + "`: gave " + std::to_string(result.losses.size()) +
                             " losses, but " + std::to_string(documents_) + " at first");
        result.score_seconds = watch.lap();
        return result;
    }

 private:
    const checkpoint_set* checkpoints_;
    external_command command_;
    tensor_groups groups_;
    temporary_directory folder_;
    std::filesystem::path target_;
    std::size_t documents_ = 0;  // that the command gave losses of at first; 0 before
};

static_assert(merge_evaluator<external_evaluator>);

}  // namespace bouillon
