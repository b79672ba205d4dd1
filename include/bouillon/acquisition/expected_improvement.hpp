// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/acquisition/concept.hpp>
#include <bouillon/core/normal.hpp>

#include <cmath>
#include <string>

namespace bouillon {

/// Expected improvement over the best score so far.
///
///     EI = deviation h(z),   h(z) = pdf(z) + z cdf(z),   z = (mean - best) / deviation
///
/// Far from the best it underflows to a plateau of zeros: prefer log_expected_improvement, which has the same
/// maximiser. Reference: Jones, Schonlau & Welch (1998), eq. 15.
struct expected_improvement {
    static constexpr bool nonnegative = true;  ///< its values are 0 or more

    template <class Real>
    Real operator()(Real mean, Real deviation, const search_state& state) const {
        using std::exp;
        return deviation * exp(log_h((mean - state.best) / deviation));  // pdf(z) + z cdf(z) cancels where z < 0
    }

    std::string name() const { return "expected_improvement"; }
};

static_assert(acquisition_formula<expected_improvement>);

}  // namespace bouillon
