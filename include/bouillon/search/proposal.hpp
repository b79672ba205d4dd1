// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/acquisition/concept.hpp>
#include <bouillon/acquisition/formula.hpp>
#include <bouillon/acquisition/log_expected_improvement.hpp>
#include <bouillon/acquisition/maximize.hpp>
#include <bouillon/core/function_ref.hpp>
#include <bouillon/core/random.hpp>
#include <bouillon/search/best_tried.hpp>
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
/// @returns the best mean that is believed; minus infinity where no trial is out
template <class Surrogate>
double believe_all(Surrogate& model, std::span<const double> pending) {
    double best = -std::numeric_limits<double>::infinity();
    for (std::size_t first = 0; first < pending.size(); first += model.dimension())
        best = std::max(best, model.believe(pending.subspan(first, model.dimension())));
    return best;
}

/// Turns a surrogate and what it was fitted to into the point that an acquisition would try next.
template <search_space Space, class Acquisition>
struct proposer {
    const Space& space;
    Acquisition& acquisition;  ///< a portfolio learns from being asked
    const ledger& book;
    random_engine& engine;

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
        search_state state{best_mean, book.trials().size(), space.dimension(), {}};
        if constexpr (!acquisition_formula<Acquisition>)
            state.region = even_points(space, even_points_of_region, options.seed);
        if constexpr (!pending_acquisition_function<Acquisition, Surrogate>)
            state.best = std::max(best_mean, believe_all(model, pending));
        const random_engine starts(engine());
        const maximize_options scaled = in_length_scales(options.maximize, model);
        const maximize_request request{data.point(best), book.taken(), options.smallest_distance, allow};
        const auto maximize_one = [&](const auto& prepared) {
            random_engine same_starts = starts;  // so that the arms of a portfolio differ in nothing but their opinion
            return maximize(prepared, space, same_starts, request, scaled).unit_point;
        };
        proposal next;
        if constexpr (acquisition_portfolio<Acquisition, Surrogate>)
            next.unit_point = acquisition.choose(model, state, engine, maximize_one);
        else
            next.unit_point = maximize_one(prepare(acquisition, model, state, pending, engine));
        const posterior there = model.predict(next.unit_point);
        next.improvement = std::exp(log_expected_improvement{}(there.mean, std::sqrt(there.variance), state));
        return next;
    }
};

}  // namespace bouillon::detail
