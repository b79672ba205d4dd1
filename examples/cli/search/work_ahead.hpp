// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>

/// How much a search measures, if no trial ends early and nothing is known of any merge but the newest checkpoint.
struct search_work {
    std::size_t trials = 0;            // to be suggested
    std::size_t compared = 0;          // merges that are measured beside them: the baselines', and the found one
    std::size_t rows = 0;              // of the table that are measured on test documents, too
    std::size_t search_documents = 0;  // of a merge
    std::size_t test_documents = 0;    // of a row; 0 where they cost nothing more
};

/// What is still to be measured, and how long that takes at the pace of the search so far.
///
/// Work is counted in documents that are scored, so that trials which race cost what they take, and merges that are
/// measured side by side do too.
class work_ahead {
 public:
    /// Begins when the newest checkpoint has been measured.
    /// @param work all there is
    /// @param newest_seconds that measuring it took, on the documents of both kinds
    /// @param at_once merges that are measured side by side
    /// @param scored tells how many documents have been scored so far, each as often as it was
    work_ahead(const search_work& work, double newest_seconds, std::size_t at_once,
               std::function<std::size_t()> scored);

    const search_work& work() const { return work_; }

    /// Takes note of trials that an earlier run has measured.
    void skip_trials(std::size_t trials) { work_.trials -= std::min(trials, work_.trials); }

    /// Seconds of a trial that is scored on all documents.
    double trial_seconds() const { return document_seconds_ * static_cast<double>(work_.search_documents); }

    /// Takes note of a trial.
    /// @param documents it was scored on
    void trial_ended(std::size_t documents);

    /// Seconds to the end, baselines and test documents included.
    double seconds_left() const;

 private:
    search_work work_;
    double document_seconds_;  // as the newest checkpoint's were
    std::size_t at_once_;
    std::function<std::size_t()> scored_;
    std::size_t before_;  // documents that had been scored
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
    std::size_t trials_ended_ = 0, of_trials_ = 0;  // documents
};
