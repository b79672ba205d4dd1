// SPDX-License-Identifier: Apache-2.0
// A space of one's own: averages of three checkpoints of which the newest always has half.
#include <bouillon/search/bayesian_search.hpp>
#include <bouillon/space/concept.hpp>
#include <bouillon/testing/space.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <span>
#include <vector>

/// Newest half: the point is how much of the other half goes to the oldest checkpoint, from 0 to 1/2.
struct newest_half {
    std::size_t dimension() const { return 1; }
    void project(std::span<double> unit_point) const { unit_point[0] = std::clamp(unit_point[0], 0.0, 1.0); }
    std::size_t cube_dimension() const { return 1; }
    std::vector<double> from_cube(std::span<const double> cube_point) const { return {cube_point[0]}; }
    std::vector<std::vector<double>> initial_design(std::size_t n, bouillon::random_engine& engine) const {
        std::vector<std::vector<double>> design = {{0.5}, {0}, {1}};  // (n, 1)
        while (design.size() < n) design.push_back({bouillon::uniform(engine)});
        design.resize(n);
        return design;
    }
    std::vector<double> point(std::span<const double> unit_point) const { return {unit_point[0] / 2}; }
    std::vector<double> unit_point(std::span<const double> point) const { return {2 * point[0]}; }
    std::vector<double> merge_weights(std::span<const double> point) const { return {point[0], 0.5 - point[0], 0.5}; }
};
static_assert(bouillon::merge_space<newest_half>);

/// The loss of a merge, as if it had been measured.
double loss_of(const std::vector<double>& weights) {
    const double off_oldest = weights[0] - 0.1;
    return 2.8 + off_oldest * off_oldest;
}

int main() {
    const auto broken = bouillon::to_lines(bouillon::space_violations(newest_half{})) +
                        bouillon::to_lines(bouillon::average_violations(newest_half{}, 3));
    if (!broken.empty()) {
        std::fputs(broken.c_str(), stderr);
        return 1;
    }
    bouillon::bayesian_search search(newest_half{}, {.budget = 10});
    while (!search.done()) {
        const auto trial = search.suggest();
        search.observe(trial, loss_of(trial.merge_weights));
    }
    for (const double weight : newest_half{}.merge_weights(search.recommendation().point)) std::printf("%.2f ", weight);
    std::putchar('\n');
}
