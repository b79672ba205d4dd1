// SPDX-License-Identifier: Apache-2.0
// Which kernel and which acquisition are best on an objective of one's own, with an acquisition of one's own among
// them?
#include <bouillon/acquisition/log_expected_improvement.hpp>
#include <bouillon/acquisition/thompson_sampling.hpp>
#include <bouillon/acquisition/upper_confidence_bound.hpp>
#include <bouillon/compare/compare.hpp>
#include <bouillon/compare/comparison_csv.hpp>
#include <bouillon/compare/comparison_json.hpp>
#include <bouillon/compare/comparison_table.hpp>
#include <bouillon/compare/regret_chart.hpp>
#include <bouillon/kernel/matern32.hpp>
#include <bouillon/kernel/matern52.hpp>
#include <bouillon/kernel/squared_exponential.hpp>

#include <cmath>
#include <cstdio>
#include <fstream>
#include <tuple>

using namespace bouillon;

/// A confidence bound that looks far at first and close to the best later.
struct cooling_bound {
    template <class Real>
    Real operator()(Real mean, Real deviation, const search_state& state) const {
        return mean + 3 / (1 + 0.2 * static_cast<double>(state.trial)) * deviation;
    }
};

/// A validation loss by learning rate and dropout: a bent valley, lowest at (-3, 0.1).
double validation_loss(std::span<const double> x) {
    const double rate = x[0] + 3, dropout = 5 * (x[1] - 0.1);
    return 2.1 + 0.05 * rate * rate + 0.2 * std::pow(dropout - 0.4 * rate * rate, 2);
}

int main() {
    const objective<box> mine{.name = "validation loss",
                              .space = {.lower = {-5, 0}, .upper = {-1, 0.5}},
                              .value = validation_loss,
                              .minimum = 2.1};
    const auto compared =
        all_pairs(std::tuple{matern32{}, matern52{}, squared_exponential{}},
                  std::tuple{log_expected_improvement{}, thompson_sampling{}, upper_confidence_bound{}}) +
        variants{search_variant<cooling_bound, matern52>{"cooling_bound, matern52"}};
    const comparison made = compare(mine, compared, {.budgets = {20}, .seeds = 12, .processes = 2});

    std::ofstream("variants.txt") << to_table(made);
    std::ofstream("variants.csv") << to_csv(made);
    std::ofstream("variants.jsonl") << to_json_lines(made);
    std::ofstream("variants.svg") << to_svg(made);
    std::printf("%zu runs of %zu variants\n", made.runs.size(), made.variants.size());
    for (const variant_test& test : variant_tests(made))
        if (test.is_better())
            std::printf("better than %s: %s\n", made.variants[0].c_str(), made.variants[test.variant].c_str());
}
