// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/acquisition/concept.hpp>
#include <bouillon/core/normal.hpp>
#include <bouillon/core/require_option.hpp>

#include <cmath>
#include <string>

namespace bouillon {

/// Probability that a trial improves on the best score so far by a margin.
///
///     PI = cdf((mean - best - margin) / deviation)
///
/// Reference: Kushner (1964); Brochu, Cora & de Freitas (2010), eq. 2.
struct probability_of_improvement {
    static constexpr bool nonnegative = true;  ///< its values are 0 or more

    double margin = 0.01;  ///< standardised scores; with none, the points next to the best win for ever

    template <class Real>
    Real operator()(Real mean, Real deviation, const search_state& state) const {
        return normal_cdf((mean - state.best - margin) / deviation);
    }

    /// @throws input_error where the margin is not finite
    void check() const {
        detail::require_option(std::isfinite(margin), "probability_of_improvement", "margin", margin, "finite");
    }

    std::string name() const { return "probability_of_improvement"; }
};

static_assert(acquisition_formula<probability_of_improvement>);

}  // namespace bouillon
