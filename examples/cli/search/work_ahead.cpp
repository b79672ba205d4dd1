// SPDX-License-Identifier: Apache-2.0
#include "search/work_ahead.hpp"

#include <algorithm>
#include <utility>

work_ahead::work_ahead(const search_work& work, double newest_seconds, std::size_t at_once,
                       std::function<std::size_t()> scored)
    : work_(work),
      document_seconds_(newest_seconds /
                        static_cast<double>(std::max<std::size_t>(work.search_documents + work.test_documents, 1))),
      at_once_(at_once),
      scored_(std::move(scored)),
      before_(scored_()) {}

void work_ahead::trial_ended(std::size_t documents) {
    ++trials_ended_;
    of_trials_ += documents;
}

double work_ahead::seconds_left() const {
    const auto real = [](std::size_t count) { return static_cast<double>(count); };
    const double done = real(scored_() - before_);
    const double of_a_trial = trials_ended_ > 0 ? real(of_trials_) / real(trials_ended_) : real(work_.search_documents);
    const double trials = real(work_.trials - std::min(trials_ended_, work_.trials)) * of_a_trial;
    const double compared = real(work_.compared * work_.search_documents + work_.rows * work_.test_documents);
    const double left = trials + std::max(0.0, compared - std::max(0.0, done - real(of_trials_)));
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start_;
    return left * (done > 0 ? elapsed.count() / done : document_seconds_ / real(at_once_));
}
