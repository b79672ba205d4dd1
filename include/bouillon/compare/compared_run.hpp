// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace bouillon {

/// What a variant made of one seed of an objective. Losses are without noise.
struct compared_run {
    std::string objective = {};                                     ///< its name
    std::string variant = {};                                       ///< its name
    std::size_t budget = 0;                                         ///< trials
    std::uint64_t seed = 0;                                         ///< of the plan
    double minimum = std::numeric_limits<double>::quiet_NaN();      ///< of the objective; NaN: nobody knows it
    double noise = 0;                                               ///< standard deviation of a measured loss
    std::size_t first_points = 0;                                   ///< given to all variants
    std::vector<double> losses = {};                                ///< (trials), at each point; NaN: it had none
    double recommended = std::numeric_limits<double>::quiet_NaN();  ///< loss at the point that was recommended
    std::vector<double> suggest_seconds = {};                       ///< (trials - first points), CPU
    std::string failure = {};                                       ///< why it ended early; empty: it did not

    /// Whether the objective's minimum is known, so that there is a regret.
    bool has_minimum() const { return !std::isnan(minimum); }

    /// Lowest loss after each trial (trials); infinite as long as there is none.
    std::vector<double> best_losses() const {
        std::vector<double> best = losses;
        double lowest = std::numeric_limits<double>::infinity();
        for (double& loss : best) {
            if (loss < lowest) lowest = loss;
            loss = lowest;
        }
        return best;
    }

    /// Lowest loss of all trials; infinite where there is none.
    double best_loss() const {
        double lowest = std::numeric_limits<double>::infinity();
        for (const double loss : losses)
            if (loss < lowest) lowest = loss;
        return lowest;
    }

    /// A loss less the minimum, at least 0; where nobody knows a minimum, the loss.
    double excess(double loss) const { return has_minimum() ? std::max(loss - minimum, 0.0) : loss; }

    /// Excess of the lowest loss after each trial (trials).
    std::vector<double> trajectory() const {
        std::vector<double> excesses = best_losses();
        for (double& loss : excesses) loss = excess(loss);
        return excesses;
    }

    /// What variants are compared by: the excess of the lowest loss, and under noise, where nobody knows which trial
    /// had it, of what was recommended. Infinite where the run failed.
    double outcome() const {
        if (!failure.empty()) return std::numeric_limits<double>::infinity();
        const double loss = noise > 0 || losses.empty() ? recommended : best_loss();
        return std::isnan(loss) ? std::numeric_limits<double>::infinity() : excess(loss);
    }

    /// Mean of log10 regret from the last of the first points on; below 1e-12 it counts as that.
    double area() const {
        const std::vector<double> regrets = trajectory();
        const std::size_t first = first_points > 0 ? first_points - 1 : 0;
        double sum = 0;
        for (std::size_t i = first; i < regrets.size(); ++i) sum += std::log10(std::max(regrets[i], 1e-12));
        return regrets.size() > first ? sum / static_cast<double>(regrets.size() - first) : 0;
    }

    /// Trials until the regret is a hundredth of the range of the first points' losses; nothing when it never is.
    std::optional<std::size_t> trials_to_hundredth() const {
        const std::size_t count = std::min(first_points, losses.size());
        if (count == 0) return {};
        const auto [smallest, largest] =
            std::minmax_element(losses.begin(), losses.begin() + static_cast<std::ptrdiff_t>(count));
        const std::vector<double> regrets = trajectory();
        for (std::size_t i = 0; i < regrets.size(); ++i)
            if (regrets[i] <= 0.01 * (*largest - *smallest)) return i + 1;
        return {};
    }

    /// CPU seconds of a suggestion, on average.
    double mean_suggest_seconds() const {
        double sum = 0;
        for (const double seconds : suggest_seconds) sum += seconds;
        return suggest_seconds.empty() ? 0 : sum / static_cast<double>(suggest_seconds.size());
    }
};

}  // namespace bouillon
