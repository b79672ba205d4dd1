// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint_set.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/merge/resident.hpp>
#include <bouillon/merge/write_merged.hpp>
#include <bouillon/score/concept.hpp>
#include <bouillon/score/external_command.hpp>
#include <bouillon/score/held_out.hpp>
#include <bouillon/tensor/concept.hpp>
#include <bouillon/tensor/parameters.hpp>

#include <cerrno>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <span>
#include <string>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

namespace bouillon {

/// Which documents a merge is measured on: those that the search may learn from, or those that only the verdict sees.
enum class document_set { search, test };

/// What measuring one merge gave, and what it took.
struct merge_evaluation {
    std::vector<double> losses;  // (documents), nats per token; a single value from a scorer that tells no more
    double merge_seconds = 0;
    double score_seconds = 0;
};

/// Something that merges and measures: what the closed loop needs of the merge and score arms.
template <class Evaluator>
concept merge_evaluator = requires(Evaluator& evaluate, std::span<const double> merge_weights, document_set documents) {
    { evaluate(merge_weights, documents) } -> std::same_as<merge_evaluation>;
};

namespace detail {

/// Seconds since the last call, or since the start.
class stopwatch {
 public:
    double lap() {
        const auto now = std::chrono::steady_clock::now();
        return std::chrono::duration<double>(now - std::exchange(last_, now)).count();
    }

 private:
    std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

}  // namespace detail

/// Merges checkpoints on a backend and scores the merge in the same process; nothing is written and, after the first
/// call, nothing is allocated for the merge.
/// `Checkpoints`: resident_checkpoints, or placed_checkpoints.
template <class Checkpoints, class Scorer>
requires document_loss<Scorer, parameters<typename Checkpoints::backend_type>, held_out_documents>
class resident_evaluator {
 public:
    /// @param test  may be empty, when only the search documents are to be measured
    resident_evaluator(Checkpoints checkpoints, Scorer score, held_out_documents search, held_out_documents test = {})
        : checkpoints_(std::move(checkpoints)),
          score_(std::move(score)),
          search_(std::move(search)),
          test_(std::move(test)) {}

    /// @param merge_weights  (checkpoints), newest last
    merge_evaluation operator()(std::span<const double> merge_weights, document_set documents) {
        merge_evaluation result;
        detail::stopwatch watch;
        checkpoints_.merge_into(merge_weights, merged_);
        result.merge_seconds = watch.lap();
        result.losses = score_(merged_, documents == document_set::search ? search_ : test_);
        result.score_seconds = watch.lap();
        return result;
    }

 private:
    Checkpoints checkpoints_;
    Scorer score_;
    held_out_documents search_, test_;
    parameters<typename Checkpoints::backend_type> merged_;
};

/// A directory that nobody else uses and that goes when its owner does.
class temporary_directory {
 public:
    /// @throws work_error when it cannot be made in `parent`
    explicit temporary_directory(const std::filesystem::path& parent = std::filesystem::temp_directory_path()) {
        std::string name = (parent / "bouillon-XXXXXX").string();
        if (!::mkdtemp(name.data()))
            throw work_error(name + ": cannot be made: " + std::system_category().message(errno));
        path_ = name;
    }
    ~temporary_directory() {
        std::error_code ignored;
        if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
    }
    temporary_directory(temporary_directory&& other) noexcept : path_(std::exchange(other.path_, {})) {}
    temporary_directory& operator=(temporary_directory&& other) noexcept {
        std::swap(path_, other.path_);
        return *this;
    }

    const std::filesystem::path& path() const { return path_; }

 private:
    std::filesystem::path path_;
};

/// Writes each merge to a temporary directory and has a program of the user's measure it: one loss, no documents.
class external_evaluator {
 public:
    /// @param checkpoints  must outlive the evaluator
    external_evaluator(const checkpoint_set& checkpoints, external_command command)
        : checkpoints_(&checkpoints),
          command_(std::move(command)),
          target_(folder_.path() / (checkpoints.newest().is_directory() ? "merged" : "merged.safetensors")) {}

    /// @throws work_error when the merge cannot be written or the command fails: then the trial failed, not the search
    merge_evaluation operator()(std::span<const double> merge_weights, document_set) {
        merge_evaluation result;
        detail::stopwatch watch;
        std::error_code ignored;
        std::filesystem::remove_all(target_, ignored);  // with whatever the command left in it
        write_merged(*checkpoints_, merge_weights, target_);
        result.merge_seconds = watch.lap();
        result.losses = {command_(target_)};
        result.score_seconds = watch.lap();
        return result;
    }

 private:
    const checkpoint_set* checkpoints_;
    external_command command_;
    temporary_directory folder_;
    std::filesystem::path target_;
};

static_assert(merge_evaluator<external_evaluator>);

}  // namespace bouillon
