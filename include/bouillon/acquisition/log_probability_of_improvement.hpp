// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/acquisition/concept.hpp>
#include <bouillon/core/normal.hpp>
#include <bouillon/core/require_option.hpp>

#include <cmath>
#include <string>

namespace bouillon {

/// Logarithm of the probability that a trial improves on the best score so far by a margin, exact however small it is.
///
///     LogPI = log cdf((mean - best - margin) / deviation)
///
/// It has the maximiser of probability_of_improvement, which is a plateau of zeros far from the best.
/// Reference: Kushner (1964).
struct log_probability_of_improvement {
    static constexpr bool logarithmic = true;

    double margin = 0.01;  ///< standardised scores; with none, the points next to the best win for ever

    template <class Real>
    Real operator()(Real mean, Real deviation, const search_state& state) const {
        return log_normal_cdf((mean - state.best - margin) / deviation);
    }

    /// @throws input_error where the margin is not finite
    void check() const {
        detail::require_option(std::isfinite(margin), "log_probability_of_improvement", "margin", margin, "finite");
    }

    std::string name() const { return "log_probability_of_improvement"; }
};

static_assert(acquisition_formula<log_probability_of_improvement>);

}  // namespace bouillon
