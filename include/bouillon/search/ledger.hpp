// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/search/document_domains.hpp>
#include <bouillon/search/domain_guard.hpp>
#include <bouillon/search/history.hpp>
#include <bouillon/search/observation.hpp>
#include <bouillon/search/paired.hpp>
#include <bouillon/search/search_options.hpp>
#include <bouillon/search/training_data.hpp>

#include <algorithm>
#include <cmath>
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
    explicit ledger(search_options options) : options_(std::move(options)), known_of_guards_(options_.guards.size()) {
        check(options_);
    }

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

    /// What the surrogate of guard g may learn from now: minus its losses.
    ///
    /// A failure says nothing of a guard: that the search keeps away from it is the other surrogate's affair.
    training_data learned_of_guard(std::size_t g) const {
        training_data data = known_of_guards_[g];
        for (const auto& [suggested, observed] : history_.records())
            if (observed.status == trial_status::observed)
                data.add(suggested.unit_point, -observed.guard_losses[g].mean, observed.guard_losses[g].variance);
        data.successes = data.size();
        return data;
    }

    /// Adds one of the options' known observations, at its unit point (d).
    void add_known(std::vector<double> unit_point, const known_observation& before) {
        known_.add(unit_point, -before.loss, before.variance);
        const bool is_reference = before.loss == 0 && before.variance == 0;
        for (std::size_t g = 0; g < known_of_guards_.size(); ++g)
            if (!before.guard_losses.empty())
                known_of_guards_[g].add(unit_point, -before.guard_losses[g].mean, before.guard_losses[g].variance);
            else if (is_reference)
                known_of_guards_[g].add(unit_point, 0, 0);
        taken_.push_back(std::move(unit_point));
    }

    void suggest(const trial& next) {
        taken_.push_back(next.unit_point);
        history_.suggest(next);
    }

    /// A loss with what it is from, and the guards' losses, which follow from the documents where these are all there.
    ///
    /// @throws input_error where the search has another number of guards
    void observe(const named_trial& ended, double loss, double variance, std::span<const double> document_losses = {},
                 std::span<const loss_estimate> told = {}) {
        std::vector<loss_estimate> of_guards(told.begin(), told.end());  // (guards)
        if (told.empty() && !options_.guards.empty() && document_losses.size() == options_.reference_losses.size())
            of_guards = guard_losses(options_.guards, options_.domains, document_losses, options_.reference_losses);
        if (of_guards.size() != options_.guards.size() && std::isfinite(loss))
            throw input_error("trial " + to_string(ended.ticket) + ": it has the losses of " +
                              to_string(of_guards.size()) + " guards, but there are " +
                              to_string(options_.guards.size()));
        history_.observe(ended, loss, variance, document_losses, std::move(of_guards));
    }

    /// A loss that is the documents' paired difference to the reference losses, where there are any, else their mean;
    /// by domains, where there are any.
    void observe_documents(const named_trial& ended, std::span<const double> document_losses) {
        const auto& reference = options_.reference_losses;
        const auto loss = reference.empty() ? mean_loss(document_losses, options_.domains)
                                            : paired_difference(document_losses, reference, options_.domains);
        observe(ended, loss.mean, loss.variance, document_losses);
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
    std::vector<training_data> known_of_guards_;  // (guards)
    std::vector<std::vector<double>> taken_;      // (known + trials, d), unit points
};

}  // namespace bouillon::detail
