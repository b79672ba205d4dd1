// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/merge_search/measured_domains.hpp>
#include <bouillon/merge_search/recorded_evaluator.hpp>

#include <nlohmann/json_fwd.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bouillon {
class journal_file;
}
struct search_arguments;

/// The journals of a run, opened before anything is measured, and what they hold of merges that were. Without --journal
/// it does nothing.
class measurement_journal {
 public:
    /// @param newest (checkpoints), merge weights: its losses are in the header too
    /// @throws input_error for journals that cannot be used, that are of another version or of other inputs
    measurement_journal(const search_arguments& arguments, std::vector<double> newest);

    /// Whether an earlier run began it, and whether it ended its search.
    bool is_resumed() const { return resumed_; }
    bool has_ended() const { return ended_; }
    /// Whether trials of that run raced.
    bool has_raced() const { return raced_; }
    /// How messages about it begin.
    std::string name() const;

    /// What earlier runs measured, in their order.
    const std::vector<bouillon::measurement>& earlier() const { return earlier_; }
    /// The held-out sets that the run had which began it; none of a single set.
    const bouillon::measured_domains& domains() const { return domains_; }
    /// A merge of the front that the search came to, by its number.
    /// @returns (checkpoints) or (groups, checkpoints)
    /// @throws input_error where it has not ended, or has no such merge
    std::vector<double> front_merge(std::size_t number) const;
    /// Whether it is written down how the newest checkpoint was measured, beside what the header has.
    bool has_newest() const { return has_newest_; }

    /// Writes down what was measured. What a trial's are is left to the search, which writes that itself.
    void write(const bouillon::measurement& made);
    /// Says that a trial runs from here on, or no longer.
    void set_trial_runs(bool runs) { trial_runs_ = runs; }

    /// The file of the search of all tensors alike, or of groups of them; null without --journal.
    std::shared_ptr<bouillon::journal_file> file() const { return file_; }
    std::shared_ptr<bouillon::journal_file> groups_file() const { return groups_file_; }
    /// Says that the header is written: what was measured before follows now.
    void begin();

    /// Ends it with a result, unless it ends so already.
    /// @throws work_error where it cannot be written
    void end(const nlohmann::ordered_json& result);

 private:
    void read(const search_arguments& arguments, const std::vector<double>& newest);

    std::shared_ptr<bouillon::journal_file> file_, groups_file_;
    std::vector<bouillon::measurement> earlier_;
    bouillon::measured_domains domains_;
    std::vector<std::vector<double>> front_;  // (merges), their merge weights
    std::vector<std::string> waiting_;        // lines, until the header is written
    bool resumed_ = false, ended_ = false, raced_ = false, has_newest_ = false, begun_ = false, trial_runs_ = false;
};
