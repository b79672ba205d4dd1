// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/acquisition/concept.hpp>

namespace bouillon {

/// The expected score itself: its maximiser is what the surrogate holds to be best. Exploits only; a recommendation
/// is made with it.
struct posterior_mean {
    template <class Real>
    Real operator()(Real mean, Real, const search_state&) const {
        return mean;
    }
};

static_assert(acquisition_formula<posterior_mean>);

}  // namespace bouillon
