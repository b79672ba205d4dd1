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
    /// The next point of a climb that has begun, away or home; nothing where there is none or it has ended, and the
    /// search is to go on with all that it knows.
    ///
    /// model: fitted to the data. suggest(local, others, allowed): a suggestion at a unit point that is allowed, by a
    /// surrogate that is fitted to some of the data. Cost: a fit and a suggestion; two where it turns home.
    template <class Surrogate, class Suggest>
    std::optional<std::vector<double>> go_on(const Surrogate& model, const training_data& data, const remaining& left,
                                             const Suggest& suggest) {
        const stage last = std::exchange(stage_, stage::everywhere);
        if (last == stage::everywhere) return {};
        const auto best = point_of(data, best_tried(model, data).first);
        if (last == stage::away) {
            step taken = go(stage::away, model, data, best, left, suggest);
            if (taken.next || !taken.ended_below) return std::move(taken.next);
            explored_.push_back(std::move(*taken.ended_below));
        }
        return go(stage::home, model, data, best, left, suggest).next;
    }

    /// The first point of another climb, where the search has converged: `gain` is what going on promises. Nothing
    /// where it has not, where too few trials are left, or where outside of its basin nothing is known or to be gained.
    template <class Surrogate, class Suggest>
    std::optional<std::vector<double>> begin(const Surrogate& model, const training_data& data, double gain,
                                             const remaining& left, const Suggest& suggest) {
        const double converged = explored_.empty() && few(left.freedom) ? 5e-3 : 1e-4;
        if (gain >= converged || left.trials <= 3 * left.freedom) return {};
        const auto best = point_of(data, best_tried(model, data).first);
        if (!contain(explored_, best)) explored_.push_back(best_basin(model, data));
        return go(stage::away, model, data, best, left, suggest).next;
    }

 private:
    enum class stage { everywhere, away, home };

    /// In few dimensions the first climb is left early and the next one late, lest that have too few trials to get
    /// anywhere. In more of them a small gain is no sign yet that a climb has ended, and to return takes longer.
    static bool few(std::size_t dimensions) { return dimensions <= 8; }

    struct step {
        std::optional<std::vector<double>> next = {};  // (d), nothing where the climb has ended
        std::optional<basin> ended_below = {};         // where it has, if the best basin is another one
    };

    /// The surrogate is fitted afresh each time: in a basin that is new to it, it has to change its mind often.
    template <class Surrogate, class Suggest>
    step go(stage now, const Surrogate& model, const training_data& data, std::span<const double> best,
            const remaining& left, const Suggest& suggest) {
        std::vector<basin> behind = explored_;
        if (now == stage::home) std::erase_if(behind, [&](const basin& one) { return one.contains(best); });
        const training_data others = outside(behind, data);
        if (others.successes < 3) return {};
        Surrogate local = model;
        local.fit(others.points, others.scores, others.variances);
        const auto allowed = [&](std::span<const double> point) { return !contain(behind, point); };
        suggestion next = suggest(local, others, allowed);
        const bool leads = !contain(behind, best);  // whether the best point is of this climb
        if (leads && next.gain <= 1e-4) return {};
        const bool late = left.trials <= (few(left.freedom) ? 1 : 3) * left.freedom;
        if (!leads && (late || next.gain <= 1e-2)) return {{}, best_basin(local, others)};
        stage_ = now;
        return {std::move(next.unit_point)};
    }

    std::vector<basin> explored_;  // where climbs have ended
    stage stage_ = stage::everywhere;
};

}  // namespace bouillon::detail
