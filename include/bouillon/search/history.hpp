// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/search/observation.hpp>
#include <bouillon/surrogate/standardisation.hpp>

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
    bouillon::trial trial;
    bouillon::observation observation;
};

/// All trials of a search, by ticket, in whatever order their observations came.
class history {
 public:
    std::span<const record> records() const { return records_; }
    std::size_t size() const { return records_.size(); }
    const record& operator[](std::size_t ticket) const { return records_[ticket]; }

    /// Number of trials with a status.
    std::size_t count(trial_status status) const {
        return static_cast<std::size_t>(std::count_if(
            records_.begin(), records_.end(), [&](const record& entry) { return entry.observation.status == status; }));
    }

    /// Adds a pending trial; its ticket must be the next one.
    void suggest(trial suggested) { records_.push_back({std::move(suggested), {}}); }

    /// Ends a pending trial with its loss, and with what it is from, if that is known. A loss that is not finite is a
    /// failure.
    void observe(const trial& ended, double loss, double variance, std::span<const double> document_losses = {}) {
        if (!std::isfinite(loss)) return fail(ended, "the loss is " + to_string(loss));
        if (variance < 0 || std::isinf(variance))
            throw input_error("trial " + to_string(ended.ticket) + ": the variance is " + to_string(variance) +
                              ", but it must be 0 or more, or NaN when it is not known");
        pending(ended) = {trial_status::observed, loss, variance, {}, {document_losses.begin(), document_losses.end()}};
    }

    /// Ends a pending trial without a loss.
    void fail(const trial& ended, std::string reason) {
        end_without_loss(ended, trial_status::failed, std::move(reason));
    }

    /// Ends a pending trial as if it had never been.
    void abandon(const trial& ended, std::string reason) {
        end_without_loss(ended, trial_status::abandoned, std::move(reason));
    }

    /// The trial as it was suggested. Throws input_error when it is none of this history.
    const record& find(const trial& suggested) const {
        const std::string name = "trial " + to_string(suggested.ticket);
        if (suggested.ticket >= records_.size())
            throw input_error(name + " was never suggested: " + to_string(records_.size()) + " were");
        const record& entry = records_[suggested.ticket];
        if (entry.trial.unit_point != suggested.unit_point)
            throw input_error(name + " was suggested at another point: it belongs to another search");
        return entry;
    }

 private:
    observation& pending(const trial& ended) {
        const observation& found = find(ended).observation;
        const auto refuse = [&](const std::string& how) {
            return input_error("trial " + to_string(ended.ticket) + " has ended already" + how);
        };
        if (found.status == trial_status::observed) throw refuse(" with the loss " + to_string(found.loss));
        if (found.status == trial_status::failed) throw refuse(": it failed");
        if (found.status == trial_status::abandoned) throw refuse(": it was abandoned");
        return records_[ended.ticket].observation;
    }

    void end_without_loss(const trial& ended, trial_status status, std::string reason) {
        constexpr double none = std::numeric_limits<double>::quiet_NaN();
        pending(ended) = {status, none, none, std::move(reason), {}};
    }

    std::vector<record> records_;  // (trials), index = ticket
};

/// What the surrogate learns from: scores (minus the loss) with their variances.
struct training_data {
    std::vector<double> points;     // (n, d), unit points
    std::vector<double> scores;     // (n)
    std::vector<double> variances;  // (n), NaN when not known
    std::size_t successes = 0;      // the first so many; the others failed, and their scores are imputed

    void add(std::span<const double> unit_point, double score, double variance) {
        points.insert(points.end(), unit_point.begin(), unit_point.end());
        scores.push_back(score);
        variances.push_back(variance);
    }
};

/// The score that stands for a failure: the worst one seen, less half the range of all, so that the surrogate keeps
/// away without being bent out of shape. Where all scores are equal, and none is known to have noise, any lower one
/// says the same; with noise it is lower by one deviation.
///
/// scores: (n). variances: (n), NaN where unknown.
/// Reference: Song et al. (2024), "The Vizier Gaussian process bandit algorithm", section 3.1.
inline double imputed_score(std::span<const double> scores, std::span<const double> variances) {
    const auto [worst, best] = std::minmax_element(scores.begin(), scores.end());
    const double range = *best - *worst;
    if (range > 0) return *worst - 0.5 * range;
    const double noise = detail::typical_noise(variances);
    return *worst - (noise > 0 ? noise : *worst != 0 ? std::abs(*worst) : 1);
}

/// Adds the ended trials to what was known before them (which `data` holds on entry), successes first.
inline void add_trials(training_data& data, const history& trials) {
    for (const auto& [suggested, observed] : trials.records())
        if (observed.status == trial_status::observed)
            data.add(suggested.unit_point, -observed.loss, observed.variance);
    data.successes = data.scores.size();
    if (data.successes == 0) return;
    const double score = imputed_score(data.scores, data.variances);
    double variance = std::numeric_limits<double>::quiet_NaN();
    for (const double known : data.variances) variance = std::fmax(variance, known);
    for (const auto& [suggested, observed] : trials.records())
        if (observed.status == trial_status::failed) data.add(suggested.unit_point, score, variance);
}

}  // namespace bouillon
