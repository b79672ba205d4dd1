// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/search/observation.hpp>
#include <bouillon/search/paired.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bouillon {

/// A trial and what became of it.
struct record {
    bouillon::trial trial;              ///< as it was suggested
    bouillon::observation observation;  ///< what became of it
};

/// All trials of a search, by ticket, in whatever order their observations came.
class history {
 public:
    /// (trials), by ticket.
    std::span<const record> records() const { return records_; }
    /// Trials.
    std::size_t size() const { return records_.size(); }
    const record& operator[](std::size_t ticket) const { return records_[ticket]; }

    /// Number of trials with a status.
    std::size_t count(trial_status status) const {
        return static_cast<std::size_t>(std::count_if(
            records_.begin(), records_.end(), [&](const record& entry) { return entry.observation.status == status; }));
    }

    /// Adds a pending trial; its ticket must be the next one.
    void suggest(trial suggested) { records_.push_back({std::move(suggested), {}}); }

    /// Ends a pending trial with its loss, with what it is from, if that is known, and with the guards' losses.
    ///
    /// A loss that is not finite is a failure.
    void observe(const named_trial& ended, double loss, double variance, std::span<const double> document_losses = {},
                 std::vector<loss_estimate> guard_losses = {}) {
        if (!std::isfinite(loss)) return fail(ended, "the loss is " + to_string(loss));
        for (std::size_t g = 0; g < guard_losses.size(); ++g)
            if (const double of_guard = guard_losses[g].mean; !std::isfinite(of_guard))
                return fail(ended, "the loss of guard " + to_string(g) + " is " + to_string(of_guard));
        require_variance(ended, variance);
        for (const auto& of_guard : guard_losses) require_variance(ended, of_guard.variance);
        pending(ended) = {
            .status = trial_status::observed,
            .loss = loss,
            .variance = variance,
            .document_losses = {document_losses.begin(), document_losses.end()},
            .guard_losses = std::move(guard_losses),
        };
    }

    /// Ends a pending trial without a loss.
    void fail(const named_trial& ended, std::string reason) {
        end_without_loss(ended, trial_status::failed, std::move(reason));
    }

    /// Ends a pending trial as if it had never been.
    void abandon(const named_trial& ended, std::string reason) {
        end_without_loss(ended, trial_status::abandoned, std::move(reason));
    }

    /// The trial and what became of it.
    /// @throws input_error when it is none of this history
    const record& find(const named_trial& wanted) const {
        const std::string name = "trial " + to_string(wanted.ticket);
        if (wanted.ticket >= records_.size())
            throw input_error(name + " was never suggested: " + to_string(records_.size()) + " were");
        const record& entry = records_[wanted.ticket];
        if (wanted.suggested != nullptr && entry.trial.unit_point != wanted.suggested->unit_point)
            throw input_error(name + " was suggested at another point: it belongs to another search");
        return entry;
    }

 private:
    static void require_variance(const named_trial& ended, double variance) {
        if (variance < 0 || std::isinf(variance))
            throw input_error("trial " + to_string(ended.ticket) + ": the variance is " + to_string(variance) +
                              ", but it must be 0 or more, or NaN when it is not known");
    }

    observation& pending(const named_trial& ended) {
        const observation& earlier = find(ended).observation;
        const auto refuse = [&](const std::string& how) {
            return input_error("trial " + to_string(ended.ticket) + " has ended already" + how);
        };
        if (earlier.status == trial_status::observed) throw refuse(" with the loss " + to_string(earlier.loss));
        if (earlier.status == trial_status::failed) throw refuse(": it failed");
        if (earlier.status == trial_status::abandoned) throw refuse(": it was abandoned");
        return records_[ended.ticket].observation;
    }

    void end_without_loss(const named_trial& ended, trial_status status, std::string reason) {
        constexpr double none = std::numeric_limits<double>::quiet_NaN();
        pending(ended) = {.status = status, .loss = none, .variance = none, .reason = std::move(reason)};
    }

    std::vector<record> records_;  // (trials), index = ticket
};

}  // namespace bouillon
