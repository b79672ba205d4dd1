// SPDX-License-Identifier: Apache-2.0
// expect: formula\(number, number, state\)
#include <bouillon/search/bayesian_search.hpp>
#include <bouillon/space/interval.hpp>

struct mean_plus_deviation {
    template <class Real>
    Real operator()(Real mean, Real deviation) const {
        return mean + deviation;
    }
};

bouillon::bayesian_search search(bouillon::interval{}, {}, mean_plus_deviation{});
