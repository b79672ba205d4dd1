// SPDX-License-Identifier: Apache-2.0
// The search arm alone, on a function that has nothing to do with models: Branin's, with three equal minima.
#include <bouillon/search.hpp>

#include <cmath>
#include <cstdio>
#include <numbers>
#include <span>

double branin(std::span<const double> x) {
    constexpr double pi = std::numbers::pi;
    const double valley = x[1] - 5.1 / (4 * pi * pi) * x[0] * x[0] + 5 / pi * x[0] - 6;
    return valley * valley + 10 * (1 - 1 / (8 * pi)) * std::cos(x[0]) + 10;
}

int main() {
    bouillon::bayesian_search search(bouillon::box{.lower = {-5, 0}, .upper = {10, 15}}, {.budget = 40, .seed = 1});
    while (!search.done()) {
        const auto trial = search.suggest();
        search.observe(trial, branin(trial.point), 0.0);  // 0: the loss has no noise
    }
    const double regret = branin(search.recommendation().point) - 0.39788735772973816;
    std::printf("40 trials come within 0.01 of the minimum: %s\n", regret < 0.01 ? "yes" : "no");
}
