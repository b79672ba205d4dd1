// SPDX-License-Identifier: Apache-2.0
// expect: space\.project\(in_place\)
#include <bouillon/search/bayesian_search.hpp>

struct grid {
    std::size_t dimension() const { return 1; }
    std::size_t cube_dimension() const { return 1; }
    std::vector<double> from_cube(std::span<const double>) const { return {0}; }
    std::vector<std::vector<double>> initial_design(std::size_t, bouillon::random_engine&) const { return {{0}}; }
    std::vector<double> point(std::span<const double>) const { return {0}; }
    std::vector<double> unit_point(std::span<const double>) const { return {0}; }
};

bouillon::bayesian_search search(grid{});
