// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint_set.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/core/monitor.hpp>
#include <bouillon/core/require_option.hpp>
#include <bouillon/core/scratch_directory.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/merge/write_merged.hpp>
#include <bouillon/merge_search/evaluator.hpp>
#include <bouillon/score/score_request.hpp>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace bouillon {

/// What a merge is called for a program that measures it.
struct merge_name {
    std::string name = "merge";             ///< in a log's name
    std::optional<std::size_t> trial = {};  ///< its number; nothing where the search did not suggest it
};

/// How merges are written for programs that measure them, how many at once, and how failures are treated.
struct external_options {
    std::size_t retries = 0;             ///< times that a merge which could not be written or measured is tried again
    write_options write = {};            ///< how a merge is written, as a passing one in any case; its `stop` ends what
                                         ///< is being measured, too
    std::size_t slots = 1;               ///< merges that are written and measured at once
    std::filesystem::path scratch = {};  ///< where they are written, a merge a slot; empty: the system's directory for
                                         ///< temporary files
    std::filesystem::path logs = {};     ///< a directory for what the programs say; empty: standard error
    std::function<merge_name(std::span<const double> merge_weights)> name = {};  ///< what a merge is called; empty:
                                                                                 ///< merge-0, merge-1, ...
};

/// Refuses options with which nothing is measured.
///
/// @throws input_error that names the option and its value
inline void check(const external_options& options) {
    detail::require_option(options.slots > 0, "external_options", "slots", options.slots, "1 or more");
}

namespace detail {

/// Slots in each of which one merge is written and measured at a time.
///
/// It is called in a monitor's steps, or outside of its run: what is in a slot is its own, the rest needs no lock. On
/// disk there are at most as many merges as slots.
/// @tparam Scorer measures a written merge: score(request, stopped) gives losses (documents), in its slot
template <class Scorer>
class written_merges {
 public:
    /// @param checkpoints must outlive this
    /// @param make_scorer gives the scorer of a slot, as make_scorer(number)
    /// @throws input_error for options that `check` refuses
    /// @throws work_error where the directories cannot be made
    template <class MakeScorer>
    written_merges(const checkpoint_set& checkpoints, external_options options, const MakeScorer& make_scorer)
        : checkpoints_(&checkpoints),
          options_(checked(std::move(options))),
          folder_(options_.scratch.empty() ? std::filesystem::temp_directory_path() : options_.scratch),
          monitor_(std::make_unique<bouillon::monitor>(options_.slots)) {
        if (!options_.logs.empty()) make_log_directory();
        for (std::size_t i = 0; i < options_.slots; ++i) slots_.push_back({make_scorer(i), {}, {}, {}});
    }
    written_merges(written_merges&&) = default;

    /// Losses of a merge, in as many tries as there may be; the monitor's other threads go on meanwhile.
    /// @param documents which; empty: all. The merge that a slot was asked of last is not written again for some of
    ///     them
    /// @returns losses (documents)
    /// @throws work_error when it cannot be written or measured
    /// @throws interrupted when nobody wants it any more
    merge_evaluation measure(std::span<const double> merge_weights, std::span<const std::size_t> documents) {
        slot& mine = take_slot(merge_weights);
        const busy_slot guard(mine);
        if (documents.empty() || !std::ranges::equal(mine.merge_weights, merge_weights)) name(mine, merge_weights);
        for (std::size_t left = options_.retries;; --left) try {
                mine.request.documents.assign(documents.begin(), documents.end());
                return monitor_->wait([&] { return measure_in(mine, merge_weights); });
            } catch (const work_error&) {
                if (stopped()) throw interrupted("the measurement was told to stop");
                if (left == 0) throw;
                name(mine, merge_weights);
            } catch (const not_finite& sum) {
                throw work_error(sum.what());
            }
    }

    /// Whose threads measure side by side.
    bouillon::monitor& monitor() { return *monitor_; }

    /// Calls a function with each slot's scorer.
    template <class Function>
    void for_each_scorer(const Function& function) {
        for (slot& one : slots_) function(one.score);
    }

 private:
    struct slot {
        Scorer score;
        std::filesystem::path folder;       // of the merge that is there; empty: none
        score_request request;              // it is asked for
        std::vector<double> merge_weights;  // (checkpoints) or (groups, checkpoints), of the merge that is there whole
        bool busy = false;
    };

    class busy_slot {
     public:
        explicit busy_slot(slot& taken) : taken_(&taken) { taken.busy = true; }
        ~busy_slot() { taken_->busy = false; }
        busy_slot(const busy_slot&) = delete;
        busy_slot& operator=(const busy_slot&) = delete;

     private:
        slot* taken_;
    };

    static external_options checked(external_options options) {
        check(options);
        options.write.life = file_life::passing;
        return options;
    }

    void make_log_directory() const {
        std::error_code failure;
        std::filesystem::create_directories(options_.logs, failure);
        if (failure) throw work_error(options_.logs.string() + ": cannot be made: " + failure.message());
    }

    /// The free slot that has this merge, or else the first.
    slot& take_slot(std::span<const double> merge_weights) {
        slot* free = nullptr;
        for (slot& one : slots_) {
            if (one.busy) continue;
            if (std::ranges::equal(one.merge_weights, merge_weights)) return one;
            if (!free) free = &one;
        }
        return *free;  // a thread takes one slot at a time, and there are as many
    }

    /// Makes a slot ready for a merge that is to be written: in a place of its own, which no earlier merge had.
    void name(slot& target, std::span<const double> merge_weights) {
        target.merge_weights.clear();
        const std::size_t number = begun_++;
        const auto called = options_.name ? options_.name(merge_weights) : merge_name{"merge-" + to_string(number), {}};
        const bool whole_folder = checkpoints_->newest().is_directory();
        std::error_code ignored;
        if (!target.folder.empty()) std::filesystem::remove_all(target.folder, ignored);
        target.folder = folder_.path() / to_string(number);
        target.request = {
            target.folder / (whole_folder ? "merged" : "merged.safetensors"), called.name, called.trial, {}};
    }

    /// One try, while others have their turn: only the slot is touched.
    merge_evaluation measure_in(slot& mine, std::span<const double> merge_weights) {
        merge_evaluation result;
        stopwatch watch;
        if (mine.merge_weights.empty()) {
            std::filesystem::create_directories(mine.folder);
            write_merged(*checkpoints_, merge_weights, mine.request.checkpoint, options_.write);
            mine.merge_weights.assign(merge_weights.begin(), merge_weights.end());
        }
        result.merge_seconds = watch.lap();
        result.losses = mine.score(mine.request, [&] { return stopped(); });
        result.score_seconds = watch.lap();
        return result;
    }

    bool stopped() const { return monitor_->stopping() || (options_.write.stop && *options_.write.stop); }

    const checkpoint_set* checkpoints_;
    external_options options_;
    scratch_directory folder_;
    std::unique_ptr<bouillon::monitor> monitor_;
    std::vector<slot> slots_;
    std::size_t begun_ = 0;  // merges
};

}  // namespace detail

}  // namespace bouillon
