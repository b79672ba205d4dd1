// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/compare/objective.hpp>
#include <bouillon/compare/problems/bbob_shapes.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/space/simplex.hpp>

#include <cstddef>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bouillon {

namespace detail::test_functions {

/// Rosenbrock's valley with its minimum moved to a given point of the simplex, and a slope along some coordinates:
///
///     f(w) = rosenbrock(1 + w - minimizer) + sum_k slope_k w_k,   with walls of steepness 10
///
/// The slope is positive only where the minimizer is zero, so it leaves the minimum, which is 0, in its place: there
/// the function falls towards the outside of the simplex.
inline objective<> on_simplex(std::string name, std::size_t budget, const std::vector<double>& minimizer,
                              const std::vector<double>& slope) {
    const auto value = [minimizer, slope](std::span<const double> w) {
        std::vector<double> x(w.size());  // (K)
        for (std::size_t k = 0; k < x.size(); ++k) x[k] = 1 + w[k] - minimizer[k];
        return bbob::rosenbrock(x, 10) + std::inner_product(w.begin(), w.end(), slope.begin(), 0.0);
    };
    return {.name = std::move(name),
            .space = simplex{minimizer.size()},
            .value = value,
            .budget = budget,
            .minimum = 0,
            .minimizer = minimizer};
}

}  // namespace detail::test_functions

/// Functions over simplexes of K = 4, 8 and 16 merge weights, whose minima are known.
///
/// For each K: the optimum near the centre; on a face, every other merge weight zero, half of them with a slope; and at
/// the vertex of the newest checkpoint, with a slope along all others. Each has its budget.
inline std::vector<objective<>> simplex_functions() {
    std::vector<objective<>> all;
    for (const auto& [k, budget] : {std::pair<std::size_t, std::size_t>{4, 40}, {8, 60}, {16, 100}}) {
        std::vector<double> centre(k), face(k, 0.0), vertex(k, 0.0), no_slope(k, 0.0), some(k, 0.0), others(k, 1.0);
        for (std::size_t i = 0; i < k; ++i) {
            centre[i] = static_cast<double>(k + i + 1);
            if (i % 2 == 1) face[i] = static_cast<double>(i);
            if (i % 4 == 0) some[i] = 1;
        }
        for (auto* point : {&centre, &face}) {
            const double sum = std::accumulate(point->begin(), point->end(), 0.0);
            for (double& weight : *point) weight /= sum;
        }
        vertex.back() = 1;
        others.back() = 0;
        const std::string name = "simplex" + to_string(k);
        all.push_back(detail::test_functions::on_simplex(name + "_centre", budget, centre, no_slope));
        all.push_back(detail::test_functions::on_simplex(name + "_face", budget, face, some));
        all.push_back(detail::test_functions::on_simplex(name + "_vertex", budget, vertex, others));
    }
    return all;
}

}  // namespace bouillon
