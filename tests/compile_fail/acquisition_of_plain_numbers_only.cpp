// SPDX-License-Identifier: Apache-2.0
// expect: satisf(y|action of) .*takes_any_number_type
#include <bouillon/search/bayesian_search.hpp>
#include <bouillon/space/interval.hpp>

struct mean_plus_deviation {
    double operator()(double mean, double deviation, const bouillon::search_state&) const { return mean + deviation; }
};

bouillon::bayesian_search search(bouillon::interval{}, {}, mean_plus_deviation{});
