// SPDX-License-Identifier: Apache-2.0
// expect: portfolio\.choose\(surrogate, state, engine, maximize\)
#include <bouillon/acquisition/gp_hedge.hpp>
#include <bouillon/acquisition/upper_confidence_bound.hpp>
#include <bouillon/search/bayesian_search.hpp>
#include <bouillon/space/interval.hpp>

bouillon::bayesian_search search(bouillon::interval{}, {},
                                 bouillon::gp_hedge<bouillon::upper_confidence_bound, double>{});
