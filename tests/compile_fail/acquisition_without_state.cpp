// SPDX-License-Identifier: Apache-2.0
// expect: acquisition_formula
#include <bouillon/search/bayesian_search.hpp>
#include <bouillon/space/interval.hpp>

struct mean_plus_deviation {
    template <class Real>
    Real operator()(Real mean, Real deviation) const {
        return mean + deviation;
    }
};

bouillon::bayesian_search<bouillon::interval, mean_plus_deviation> search(bouillon::interval{});
