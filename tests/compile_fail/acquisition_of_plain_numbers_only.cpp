// SPDX-License-Identifier: Apache-2.0
// expect: formula\(belief, belief, state\)
#include <bouillon/acquisition/concept.hpp>

struct mean_plus_deviation {
    double operator()(double mean, double deviation, const bouillon::search_state&) const { return mean + deviation; }
};

static_assert(bouillon::acquisition_formula<mean_plus_deviation>);
