// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/acquisition/maximize.hpp>
#include <bouillon/core/function_ref.hpp>
#include <bouillon/search/basin.hpp>
#include <bouillon/search/best_tried.hpp>
#include <bouillon/search/climb_options.hpp>
#include <bouillon/search/proposal.hpp>
#include <bouillon/search/training_data.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace bouillon::detail {

/// What a search has left to spend.
struct remaining {
    std::size_t trials;
    std::size_t freedom;  ///< degrees of it that the space has: a climb takes some trials for each
};

/// Makes the proposal of a surrogate that is fitted to the data, at a unit point that is allowed: a `proposer`, by
/// reference, so that climbs are compiled once for all acquisitions.
template <class Surrogate>
using propose_with = function_ref<proposal(Surrogate& model, const training_data& data,
                                           function_ref<bool(std::span<const double>)> allow)>;

/// Takes a search that has converged to other basins, and back to the best one in time.
///
/// The many trials in a basin make a surrogate sure of all that lies outside, and its last digits would take the rest
/// of the budget. One that is fitted to the others alone is not, and leads another climb. Nor does one surrogate of two
/// basins see either well, for each has length scales of its own: so back in the best one, the others are left out.
///
///     everywhere -- converged --> away -- its climb has ended --> home -- converged --> everywhere
template <class Surrogate>
class climbs {
 public:
    explicit climbs(climb_options options = {}) : options_(options) {}

    /// The next point to try.
    ///
    /// Cost: a proposal, and where the search has converged a fit and a proposal more; twice that where a climb turns
    /// home.
    /// @param model fitted to the data
    /// @param data all that was learned
    /// @param left what the search may still spend
    /// @param propose what makes a proposal of all or of some of the data
    /// @returns (d), a unit point
    std::vector<double> next(Surrogate& model, const training_data& data, const remaining& left,
                             propose_with<Surrogate> propose) {
        if (!options_.elsewhere) return propose(model, data, anywhere).unit_point;
        if (auto point = go_on(model, data, left, propose)) return std::move(*point);
        proposal widest = propose(model, data, anywhere);
        if (has_converged(widest.improvement, left))
            if (auto point = begin(model, data, left, propose)) return std::move(*point);
        return std::move(widest.unit_point);
    }

 private:
    enum class stage { everywhere, away, home };

    /// What a stage leads to.
    struct step {
        std::optional<std::vector<double>> next = {};  ///< (d), nothing where the climb has ended
        std::optional<basin> ended_below = {};         ///< where it has, if the best basin is another one
    };

    bool in_few_dimensions(const remaining& left) const { return left.freedom <= options_.few_dimensions; }

    /// In few dimensions the first climb is left early and the next one late, lest that have too few trials to get
    /// anywhere.
    ///
    /// In more of them a small improvement is no sign yet that a climb has ended.
    bool has_converged(double improvement, const remaining& left) const {
        const bool early = explored_.empty() && in_few_dimensions(left);
        return improvement < (early ? options_.first_convergence : options_.later_convergence) &&
               left.trials > options_.trials_to_begin * left.freedom;
    }

    bool must_return(const remaining& left) const {
        const std::size_t trials = in_few_dimensions(left) ? options_.trials_to_return : options_.trials_to_return_far;
        return left.trials <= trials * left.freedom;
    }

    /// The next point of a climb that has begun, away or home; nothing where there is none or it has ended.
    std::optional<std::vector<double>> go_on(const Surrogate& model, const training_data& data, const remaining& left,
                                             propose_with<Surrogate> propose) {
        const stage last = std::exchange(stage_, stage::everywhere);
        if (last == stage::everywhere) return {};
        const auto best = data.point(best_tried(model, data).index);
        if (last == stage::away) {
            step taken = go(stage::away, model, data, best, left, propose);
            if (taken.next || !taken.ended_below) return std::move(taken.next);
            explored_.push_back(std::move(*taken.ended_below));
            local_.reset();
        }
        return go(stage::home, model, data, best, left, propose).next;
    }

    /// The first point of another climb; nothing where outside of all basins nothing is known or to be gained.
    std::optional<std::vector<double>> begin(const Surrogate& model, const training_data& data, const remaining& left,
                                             propose_with<Surrogate> propose) {
        const auto best = data.point(best_tried(model, data).index);
        local_.reset();
        if (!contain(explored_, best)) explored_.push_back(best_basin(model, data, options_.basin_radius));
        return go(stage::away, model, data, best, left, propose).next;
    }

    /// The surrogate is fitted afresh each time, as long as that is cheap: in a basin that is new to it, it has to
    /// change its mind often.
    step go(stage now, const Surrogate& model, const training_data& data, std::span<const double> best,
            const remaining& left, propose_with<Surrogate> propose) {
        std::vector<basin> behind = explored_;
        if (now == stage::home) std::erase_if(behind, [&](const basin& one) { return one.contains(best); });
        const training_data others = outside(behind, data);
        if (others.successes < options_.fewest_known) return {};
        if (!local_ || others.size() <= cheaply_fitted) local_ = model;
        Surrogate& local = *local_;
        local.fit(others.points, others.scores, others.variances);
        const auto in_front = [&](std::span<const double> point) { return !contain(behind, point); };
        proposal next = propose(local, others, in_front);
        const bool leads = !contain(behind, best);  // whether the best point is of this climb
        if (leads && next.improvement <= options_.least_home) return {};
        if (!leads && (must_return(left) || next.improvement <= options_.least_away))
            return {{}, best_basin(local, others, options_.basin_radius)};
        stage_ = now;
        return {std::move(next.unit_point)};
    }

    static constexpr std::size_t cheaply_fitted = 100;  // observations

    climb_options options_;
    std::vector<basin> explored_;     // where climbs have ended
    std::optional<Surrogate> local_;  // of the climb that goes on, away or home
    stage stage_ = stage::everywhere;
};

}  // namespace bouillon::detail
