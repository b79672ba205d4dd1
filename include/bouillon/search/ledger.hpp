// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/search/history.hpp>
#include <bouillon/search/observation.hpp>
#include <bouillon/search/paired.hpp>
#include <bouillon/search/search_options.hpp>
#include <bouillon/search/training_data.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bouillon::detail {

/// What a search was told and has handed out: all of it that does not depend on space, kernel and acquisition.
class ledger {
 public:
    /// A search of which nothing is known yet.
    ///
    /// @throws input_error when an option is no usable number
    explicit ledger(search_options options) : options_(std::move(options)) { check(options_); }

    const search_options& options() const { return options_; }
    const history& trials() const { return history_; }

    /// Trials that may still be suggested; no_budget where there is no end of them.
    std::size_t remaining() const {
        if (options_.budget == no_budget) return no_budget;
        const std::size_t used = history_.size() - history_.count(trial_status::abandoned);
        return options_.budget - std::min(used, options_.budget);
    }

    /// Refuses a trial beyond the budget.
    ///
    /// @throws input_error when the budget is spent
    void require_budget() const {
        if (remaining() == 0)
            throw input_error("budget: all " + to_string(options_.budget) + " trials have been suggested");
    }

    /// Allows so many trials more, or with no_budget any number.
    void extend(std::size_t trials) { options_.budget += std::min(trials, no_budget - options_.budget); }

    /// Unit points that no trial may have again, (known + trials, d): all but those of abandoned trials.
    const std::vector<std::vector<double>>& taken() const { return taken_; }

    /// Unit points of the trials that are out, (pending, d).
    std::vector<double> pending() const {
        std::vector<double> points;
        for (const auto& [suggested, observed] : history_.records())
            if (observed.status == trial_status::pending)
                points.insert(points.end(), suggested.unit_point.begin(), suggested.unit_point.end());
        return points;
    }

    /// What a surrogate may learn from now.
    training_data learned() const {
        training_data data = known_;
        add_trials(data, history_);
        return data;
    }

    /// Adds one of the options' known observations, at its unit point (d).
    void add_known(std::vector<double> unit_point, const known_observation& before) {
        known_.add(unit_point, -before.loss, before.variance);
        taken_.push_back(std::move(unit_point));
    }

    void suggest(const trial& next) {
        taken_.push_back(next.unit_point);
        history_.suggest(next);
    }

    void observe(const named_trial& ended, double loss, double variance, std::span<const double> document_losses = {}) {
        history_.observe(ended, loss, variance, document_losses);
    }

    /// A loss that is the documents' paired difference to the reference losses, where there are any, else their mean;
    /// by domains, where there are any.
    void observe_documents(const named_trial& ended, std::span<const double> document_losses) {
        const auto& reference = options_.reference_losses;
        const auto loss = reference.empty() ? mean_loss(document_losses, options_.domains)
                                            : paired_difference(document_losses, reference, options_.domains);
        history_.observe(ended, loss.mean, loss.variance, document_losses);
    }

    void fail(const named_trial& ended, std::string reason) { history_.fail(ended, std::move(reason)); }

    void abandon(const named_trial& ended, std::string reason) {
        history_.abandon(ended, std::move(reason));
        const auto& unit_point = history_[ended.ticket].trial.unit_point;
        taken_.erase(std::find(taken_.begin(), taken_.end(), unit_point));  // one only: it may be a repeated one
    }

 private:
    search_options options_;
    history history_;
    training_data known_;
    std::vector<std::vector<double>> taken_;  // (known + trials, d), unit points
};

}  // namespace bouillon::detail
