// SPDX-License-Identifier: Apache-2.0
// expect: acquisition\.prepare\(surrogate, state, engine\)
#include <bouillon/search/bayesian_search.hpp>
#include <bouillon/space/interval.hpp>

struct fantasies {
    template <class Surrogate>
    int prepare(const Surrogate&, const bouillon::search_state&) const {
        return 0;
    }
};

bouillon::bayesian_search search(bouillon::interval{}, {}, fantasies{});
