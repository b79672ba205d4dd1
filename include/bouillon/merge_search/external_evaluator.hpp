// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint_set.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/core/require_option.hpp>
#include <bouillon/core/temporary_directory.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/merge/write_merged.hpp>
#include <bouillon/merge_search/document_split.hpp>
#include <bouillon/merge_search/evaluator.hpp>
#include <bouillon/score/external_command.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace bouillon {

/// How a command's failures and the checkpoints that it is given are treated.
struct external_options {
    std::size_t retries = 0;   ///< times that a merge which could not be written or measured is tried again
    write_options write = {};  ///< how a merge is written for the command
};

/// Which of a command's documents are set aside to confirm what a search of the others finds; none as it is.
struct confirm_options {
    double share = 0;        ///< in [0, 1)
    std::uint64_t seed = 1;  ///< of the draw
};

/// Refuses a share that leaves nothing to search by.
///
/// @throws input_error that names it
inline void check(const confirm_options& options) {
    detail::require_option(options.share >= 0 && options.share < 1, "confirm", "share", options.share,
                           "0 or more and below 1");
}

/// Writes each merge to a temporary directory and has a program of the user's measure it: one loss, or one a document.
///
/// Where it is one a document, some may be set aside: they are then the test documents. A command measures all at once,
/// so what it said of those is kept, and costs nothing when the search is over.
class external_evaluator {
 public:
    /// @param checkpoints must outlive the evaluator
    /// @param command that measures
    /// @param options how often it may fail, and how merges are written for it
    /// @param confirm which documents are set aside
    /// @throws input_error for a share that `check` refuses
    external_evaluator(const checkpoint_set& checkpoints, external_command command, external_options options = {},
                       confirm_options confirm = {})
        : checkpoints_(&checkpoints),
          command_(std::move(command)),
          options_(std::move(options)),
          confirm_(confirm),
          target_(folder_.path() / (checkpoints.newest().is_directory() ? "merged" : "merged.safetensors")) {
        check(confirm_);
    }

    /// Losses of a merge.
    /// @param merge_weights (checkpoints) or (groups, checkpoints)
    /// @param set on which documents
    /// @throws work_error when the merge cannot be written or is beyond its type's range, the command fails or it gives
    ///         another number of losses than at first: then the trial failed, not the search
    merge_evaluation operator()(std::span<const double> merge_weights, document_set set) {
        const std::vector<double> key(merge_weights.begin(), merge_weights.end());
        merge_evaluation result;
        auto entry = set == document_set::test ? set_aside_.find(key) : set_aside_.end();
        if (entry == set_aside_.end()) {
            result = run(merge_weights);
            if (split_.confirm.empty()) return result;
            entry = set_aside_.insert_or_assign(key, some(result.losses, split_.confirm)).first;
        }
        if (!result.losses.empty()) result.beside = some(result.losses, split_.search);
        result.losses = entry->second;
        if (set == document_set::search) std::swap(result.losses, result.beside);
        return result;
    }

    /// Documents set aside; known once a merge has been measured, and 0 where there are too few or the command prints
    /// one number.
    std::size_t confirming() const { return split_.confirm.size(); }

 private:
    /// Losses (documents), all that the command gives, in as many tries as there may be.
    merge_evaluation run(std::span<const double> merge_weights) {
        for (std::size_t left = options_.retries;; --left) try {
                return run_once(merge_weights);
            } catch (const work_error&) {
                if (left == 0) throw;
            } catch (const not_finite& sum) {
                throw work_error(sum.what());
            }
    }

    merge_evaluation run_once(std::span<const double> merge_weights) {
        merge_evaluation result;
        detail::stopwatch watch;
        std::error_code ignored;
        std::filesystem::remove_all(target_, ignored);  // with whatever the command left in it
        write_merged(*checkpoints_, merge_weights, target_, options_.write);
        result.merge_seconds = watch.lap();
        result.losses = command_(target_);
        if (documents_ == 0) {
            documents_ = result.losses.size();
            split_ = split_documents(documents_, confirm_.share, confirm_.seed);
        }
        if (result.losses.size() != documents_)
            throw work_error("scorer `" + command_.command + "`: gave " + to_string(result.losses.size()) +
                             " losses, but " + to_string(documents_) + " at first");
        result.score_seconds = watch.lap();
        return result;
    }

    static std::vector<double> some(const std::vector<double>& losses, const std::vector<std::size_t>& documents) {
        std::vector<double> chosen;
        for (const std::size_t document : documents) chosen.push_back(losses[document]);
        return chosen;
    }

    const checkpoint_set* checkpoints_;
    external_command command_;
    external_options options_;
    confirm_options confirm_;
    temporary_directory folder_;
    std::filesystem::path target_;
    std::size_t documents_ = 0;  // that the command gave losses of at first; 0 before
    document_split split_;       // of them
    std::map<std::vector<double>, std::vector<double>> set_aside_;  // merge weights -> (confirming), nats per token
};

static_assert(merge_evaluator<external_evaluator>);

}  // namespace bouillon
