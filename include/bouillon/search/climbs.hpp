// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/search/basin.hpp>
#include <bouillon/search/history.hpp>
#include <bouillon/search/recommendation.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace bouillon::detail {

/// A point that a search may try next.
struct suggestion {
    std::vector<double> unit_point;  // (d)
    double gain = 0;                 // expected improvement there, standardised; for acquisitions in logarithms
};

/// What a search has left to spend.
struct remaining {
    std::size_t trials;
    std::size_t freedom;  // degrees of it that the space has: a climb takes some trials for each
};

/// Takes a search that has converged to other basins, and back to the best one in time.
///
/// The many trials in a basin make a surrogate sure of all that lies outside, and its last digits would take the rest
/// of the budget. One that is fitted to the others alone is not, and leads another climb. Nor does one surrogate of two
/// basins see either well, for each has length scales of its own: so back in the best one, the others are left out.
///
///     everywhere -- converged --> away -- its climb has ended --> home -- converged --> everywhere
///
/// The thresholds, in standard deviations of the scores, were measured: docs/benchmarks.md.
class climbs {
 public:
    /// The next point outside of the basins that were explored; nothing where the search is to go on with all that it
    /// knows, of which `gain` is what that promises.
    ///
    /// model: fitted to the data. suggest(model, data, allowed): a suggestion at a unit point that is allowed, by a
    /// surrogate that is fitted to some of the data. Cost: up to two fits and what is suggested by each.
    template <class Surrogate, class Suggest>
    std::optional<std::vector<double>> elsewhere(const Surrogate& model, const training_data& data, double gain,
                                                 const remaining& left, const Suggest& suggest) {
        const auto best = point_of(data, best_tried(model, data).first);
        const stage last = std::exchange(stage_, stage::everywhere);
        if (last == stage::everywhere) {
            // In few dimensions the first climb is left early, lest too few trials remain for another one to get
            // anywhere. In more of them a small gain is no sign yet that a climb has ended.
            const double converged = explored_.empty() && left.freedom <= 8 ? 5e-3 : 1e-4;
            if (gain >= converged || left.trials <= 3 * left.freedom) return {};
            if (!contain(explored_, best)) explored_.push_back(best_basin(model, data));
        }
        for (stage now = last == stage::home ? stage::home : stage::away;; now = stage::home) {
            std::vector<basin> behind = explored_;
            if (now == stage::home) std::erase_if(behind, [&](const basin& one) { return one.contains(best); });
            const training_data others = outside(behind, data);
            if (others.successes < 3) return {};
            Surrogate local = model;
            local.fit(others.points, others.scores, others.variances);
            suggestion next =
                suggest(local, others, [&](std::span<const double> point) { return !contain(behind, point); });
            const bool leads = !contain(behind, best);  // whether the best point is of this climb
            if (leads ? next.gain > 1e-4 : next.gain > 1e-2 && left.trials > left.freedom) {
                stage_ = now;
                return std::move(next.unit_point);
            }
            if (leads || last == stage::everywhere) return {};
            explored_.push_back(best_basin(local, others));
        }
    }

 private:
    enum class stage { everywhere, away, home };

    std::vector<basin> explored_;  // where climbs have ended
    stage stage_ = stage::everywhere;
};

}  // namespace bouillon::detail
