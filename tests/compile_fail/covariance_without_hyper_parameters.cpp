// SPDX-License-Identifier: Apache-2.0
// expect: kernel\.hyper_parameters\(dimension\)
#include <bouillon/search/bayesian_search.hpp>
#include <bouillon/space/interval.hpp>

#include <span>

struct constant {
    double operator()(std::span<const double>, std::span<const double>, std::span<const double>) const { return 1; }
};

bouillon::bayesian_search search(bouillon::interval{}, {}, bouillon::improvement_or_knowledge{}, constant{});
