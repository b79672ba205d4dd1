// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/acquisition/concept.hpp>
#include <bouillon/acquisition/eligible.hpp>
#include <bouillon/acquisition/formula.hpp>
#include <bouillon/acquisition/log_expected_improvement.hpp>
#include <bouillon/acquisition/maximize.hpp>
#include <bouillon/core/function_ref.hpp>
#include <bouillon/core/normal.hpp>
#include <bouillon/core/random.hpp>
#include <bouillon/search/best_tried.hpp>
#include <bouillon/search/guard_models.hpp>
#include <bouillon/search/ledger.hpp>
#include <bouillon/search/search_options.hpp>
#include <bouillon/search/training_data.hpp>
#include <bouillon/space/concept.hpp>
#include <bouillon/space/spread.hpp>
#include <bouillon/surrogate/posterior.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <utility>
#include <vector>

namespace bouillon::detail {

/// A point that a search may try next.
struct proposal {
    std::vector<double> unit_point;  ///< (d)
    double improvement = 0;          ///< expected improvement there, standardised
};

/// Lets a surrogate believe that pending trials end as expected.
///
/// It leaves the mean as it is and takes the uncertainty around them away, so that trials that are out together do not
/// crowd.
/// @param model to be changed
/// @param pending (p, d), unit points
/// @param state says which points may be the best
/// @returns the best mean that is believed; minus infinity where no trial is out that may be the best
template <class Surrogate>
double believe_all(Surrogate& model, std::span<const double> pending, const search_state& state) {
    double best = -std::numeric_limits<double>::infinity();
    for (std::size_t first = 0; first < pending.size(); first += model.dimension()) {
        const auto point = pending.subspan(first, model.dimension());
        const double mean = model.believe(point);
        if (is_eligible(state, point)) best = std::max(best, mean);
    }
    return best;
}

/// Turns a surrogate and what it was fitted to into the point that an acquisition would try next.
///
/// Where there are guards, only what probably keeps them is improved on (`training_data::eligible`), and as long as
/// nothing does, the probability of keeping them is all that counts.
template <search_space Space, class Acquisition, class Guards = no_guards>
struct proposer {
    const Space& space;
    Acquisition& acquisition;  ///< a portfolio learns from being asked
    const ledger& book;
    random_engine& engine;
    const Guards* guards = nullptr;  ///< that believe the pending trials; not null where there are any

    /// The proposal of a surrogate.
    ///
    /// Cost: an acquisition maximisation.
    /// @param model fitted to the data; where the acquisition takes no account of pending trials, it believes them
    /// afterwards
    /// @param data all that was learned, or some of it
    /// @param allow of a unit point (d), whether it may be proposed
    template <class Surrogate>
    proposal operator()(Surrogate& model, const training_data& data,
                        function_ref<bool(std::span<const double>)> allow = anywhere) const {
        const search_options& options = book.options();
        const auto [best, best_mean] = best_tried(model, data);
        const auto pending = book.pending();
        search_state state{best_mean, book.trials().size(), space.dimension(), {}, {}};
        if constexpr (!acquisition_formula<Acquisition>)
            state.region = even_points(space, even_points_of_region, options.seed);
        if constexpr (has_guards<Guards>)
            if (guards->any()) keep_to_guards(state, data, pending, model);
        if constexpr (!pending_acquisition_function<Acquisition, Surrogate>)
            state.best = std::max(state.best, believe_all(model, pending, state));
        const random_engine starts(engine());
        const maximize_options scaled = in_length_scales(options.maximize, model);
        const maximize_request request{data.point(best), book.taken(), options.smallest_distance, allow};
        const auto maximize_one = [&](const auto& prepared) {
            random_engine same_starts = starts;  // so that the arms of a portfolio differ in nothing but their opinion
            return maximize(prepared, space, same_starts, request, scaled).unit_point;
        };
        proposal next{choose(model, state, pending, maximize_one)};
        const posterior there = model.predict(next.unit_point);
        next.improvement = std::exp(log_expected_improvement{}(there.mean, std::sqrt(there.variance), state));
        if constexpr (has_guards<Guards>)
            if (guards->any())
                next.improvement = (state.eligible.empty() ? 1 : next.improvement) * probability_kept(next.unit_point);
        return next;
    }

 private:
    template <class Surrogate, class Maximize>
    std::vector<double> choose(const Surrogate& model, const search_state& state, std::span<const double> pending,
                               const Maximize& maximize_one) const {
        if constexpr (has_guards<Guards>) {
            const auto beliefs = guards->beliefs();
            const std::span<const guard_belief<Surrogate>> believed(beliefs);
            if constexpr (acquisition_portfolio<Acquisition, Surrogate>)
                return acquisition.choose(model, state, believed, engine, maximize_one);
            else
                return maximize_one(acquisition.prepare(model, state, believed, pending, engine));
        } else if constexpr (acquisition_portfolio<Acquisition, Surrogate>) {
            return acquisition.choose(model, state, engine, maximize_one);
        } else {
            return maximize_one(prepare(acquisition, model, state, pending, engine));
        }
    }

    /// Leaves a state what probably keeps the guards: of the points tried, of those that are out and of the region.
    template <class Surrogate>
    void keep_to_guards(search_state& state, const training_data& data, std::span<const double> pending,
                        const Surrogate& model) const {
        const std::size_t d = state.dimension;
        if (!data.any_eligible()) state.best = -std::numeric_limits<double>::infinity();
        const auto add = [&](std::vector<double>& points, std::span<const double> point) {
            points.insert(points.end(), point.begin(), point.end());
        };
        for (std::size_t i = 0; i < data.successes; ++i)
            if (data.is_eligible(i)) add(state.eligible, data.point(i));
        const auto out = guards->kept(pending, probable_of_guard);
        for (std::size_t i = 0; i < out.size(); ++i) {
            if (!out[i]) continue;
            const auto point = pending.subspan(i * d, d);
            add(state.eligible, point);
            if (!data.any_eligible()) state.best = std::max(state.best, model.predict(point).mean);
        }
        const auto region = std::exchange(state.region, {});
        const auto inside = guards->kept(region, probable_of_guard);
        for (std::size_t i = 0; i < inside.size(); ++i)
            if (inside[i]) add(state.region, std::span(region).subspan(i * d, d));
    }

    double probability_kept(std::span<const double> point) const {
        double sum = 0;
        for (const auto& guard : guards->beliefs()) {
            const posterior there = guard.surrogate->predict(point);
            sum += log_normal_cdf((there.mean - guard.least_score) / std::sqrt(there.variance));
        }
        return std::exp(sum);
    }
};

}  // namespace bouillon::detail
