// SPDX-License-Identifier: Apache-2.0
// expect: kernel\.derivative\(r2\)
#include <bouillon/search/bayesian_search.hpp>
#include <bouillon/space/interval.hpp>

struct rational {
    double operator()(double r2) const { return 1 / (1 + r2); }
};

bouillon::bayesian_search search(bouillon::interval{}, {}, bouillon::improvement_or_knowledge{}, rational{});
