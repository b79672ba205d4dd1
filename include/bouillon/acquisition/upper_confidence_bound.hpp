// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/acquisition/concept.hpp>
#include <bouillon/core/require_option.hpp>

#include <cmath>
#include <string>

namespace bouillon {

/// The score that a trial may well reach.
///
///     UCB = mean + beta deviation
///
/// Reference: Srinivas et al. (2010), eq. 6, with a constant beta.
struct upper_confidence_bound {
    double beta = 1.8;  ///< standard deviations

    template <class Real>
    Real operator()(Real mean, Real deviation, const search_state&) const {
        return mean + beta * deviation;
    }

    /// @throws input_error where beta is not finite
    void check() const {
        detail::require_option(std::isfinite(beta), "upper_confidence_bound", "beta", beta, "finite");
    }

    std::string name() const { return "upper_confidence_bound"; }
};

static_assert(acquisition_formula<upper_confidence_bound>);

}  // namespace bouillon
