// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/acquisition/concept.hpp>
#include <bouillon/core/normal.hpp>

#include <cmath>
#include <string>

namespace bouillon {

/// Logarithm of the expected improvement over the best score so far, exact however small the improvement is.
///
///     LogEI = log h(z) + log deviation,   h(z) = pdf(z) + z cdf(z),   z = (mean - best) / deviation
///
/// Reference: Ament et al. (2023), eq. 9.
struct log_expected_improvement {
    static constexpr bool logarithmic = true;

    template <class Real>
    Real operator()(Real mean, Real deviation, const search_state& state) const {
        using std::log;
        return log_h((mean - state.best) / deviation) + log(deviation);
    }

    std::string name() const { return "log_expected_improvement"; }
};

static_assert(acquisition_formula<log_expected_improvement> && logarithmic_acquisition<log_expected_improvement>);

}  // namespace bouillon
