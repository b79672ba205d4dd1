// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint_set.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/core/monitor.hpp>
#include <bouillon/core/require_option.hpp>
#include <bouillon/core/scratch_directory.hpp>
#include <bouillon/core/slot_pool.hpp>
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
          monitor_(std::make_unique<bouillon::monitor>(options_.slots)),
          slots_(make_slots(options_.slots, make_scorer)) {
        if (!options_.logs.empty()) make_log_directory();
    }

    /// Losses of a merge, in as many tries as there may be; the monitor's other threads go on meanwhile.
    /// @param documents which; empty: all. The merge that a slot was asked of last is not written again for some of
    ///     them
    /// @returns losses (documents)
    /// @throws work_error when it cannot be written or measured
    /// @throws interrupted when nobody wants it any more
    merge_evaluation measure(std::span<const double> merge_weights, std::span<const std::size_t> documents) {
        const auto has_merge = [&](const slot& one) { return std::ranges::equal(one.merge_weights, merge_weights); };
        return slots_.use(has_merge, [&](slot& mine) { return measure(mine, merge_weights, documents); });
    }

    /// Whose threads measure side by side.
    bouillon::monitor& monitor() { return *monitor_; }

    /// Calls a function with each slot's scorer.
    template <class Function>
    void for_each_scorer(const Function& function) {
        slots_.for_each([&](slot& one) { function(one.score); });
    }

 private:
    struct slot {
        Scorer score;
        std::filesystem::path folder = {};       // of the merge that is there, or will be; empty: none
        std::filesystem::path before = {};       // of the merge before it, until that is removed; empty: none
        score_request request = {};              // it is asked for
        std::vector<double> merge_weights = {};  // (checkpoints) or (groups, checkpoints), of what is there whole
    };

    template <class MakeScorer>
    static std::vector<slot> make_slots(std::size_t count, const MakeScorer& make_scorer) {
        std::vector<slot> slots;
        for (std::size_t i = 0; i < count; ++i) slots.push_back({make_scorer(i)});
        return slots;
    }

    merge_evaluation measure(slot& mine, std::span<const double> merge_weights,
                             std::span<const std::size_t> documents) {
        if (documents.empty() || !std::ranges::equal(mine.merge_weights, merge_weights)) name(mine, merge_weights);
        for (std::size_t left = options_.retries;; --left) try {
                mine.request.documents.assign(documents.begin(), documents.end());
                return monitor_->wait([&] { return measure_in(mine, merge_weights); });
            } catch (const work_error&) {
                if (stopped()) throw interrupted("the measurement was told to stop");
                if (left == 0) throw;
                move(mine);
            } catch (const not_finite& sum) {
                throw work_error(sum.what());
            }
    }

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

    /// Makes a slot ready for a merge that is to be written.
    void name(slot& target, std::span<const double> merge_weights) {
        const auto called = options_.name ? options_.name(merge_weights) : merge_name{"merge-" + to_string(begun_), {}};
        target.request = {{}, called.name, called.trial, {}};
        move(target);
    }

    /// To a place of its own, which no earlier merge had: a scorer may know one by its path.
    void move(slot& target) {
        target.merge_weights.clear();
        target.before = std::exchange(target.folder, folder_.path() / to_string(begun_++));
        target.request.checkpoint =
            target.folder / (checkpoints_->newest().is_directory() ? "merged" : "merged.safetensors");
    }

    /// One try, while others have their turn: only the slot is touched.
    merge_evaluation measure_in(slot& mine, std::span<const double> merge_weights) {
        merge_evaluation result;
        stopwatch watch;
        if (mine.merge_weights.empty()) {
            std::error_code failure;
            if (!mine.before.empty()) std::filesystem::remove_all(mine.before, failure);
            if (!std::filesystem::create_directories(mine.folder, failure))
                throw work_error(mine.folder.string() + ": cannot be made: " + failure.message());
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
    slot_pool<slot> slots_;
    std::size_t begun_ = 0;  // merges
};

}  // namespace detail

}  // namespace bouillon
