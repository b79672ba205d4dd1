// SPDX-License-Identifier: Apache-2.0
// expect: acquisition_portfolio.*no operand of the disjunction is satisfied|gp_hedge<.*double>.*acquisition_portfolio
#include <bouillon/acquisition/gp_hedge.hpp>
#include <bouillon/acquisition/upper_confidence_bound.hpp>
#include <bouillon/search/bayesian_search.hpp>
#include <bouillon/space/interval.hpp>

using portfolio = bouillon::gp_hedge<bouillon::upper_confidence_bound, double>;
bouillon::bayesian_search<bouillon::interval, portfolio> search(bouillon::interval{});
