// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/compare/comparison.hpp>
#include <bouillon/compare/signed_rank.hpp>
#include <bouillon/core/holm.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace bouillon {

/// A variant against the first one, on one objective and budget, over all seeds.
struct variant_test {
    std::size_t cell = 0;     ///< number of the objective and budget
    std::size_t variant = 0;  ///< above 0
    paired_test test = {};    ///< of this variant's outcomes against the first's
    double corrected_p = 1;   ///< by Holm, for the number of tests in the comparison

    /// @param level chance that a comparison whose variants are all alike has a verdict
    bool is_better(double level = 0.05) const { return corrected_p <= level && test.leans_lower; }
    /// Whether the variant's outcomes are significantly higher than the first one's.
    bool is_worse(double level = 0.05) const { return corrected_p <= level && !test.leans_lower; }
};

namespace detail {

/// Regrets as logarithms, so that a factor counts as much anywhere; below 1e-12 they count as that. Losses as they are.
inline std::vector<double> tested_outcomes(const comparison& made, std::size_t cell, std::size_t variant) {
    std::vector<double> values = made.outcomes(cell, variant);
    if (made.cell(cell, variant)[0].has_minimum())
        for (double& value : values) value = std::log10(std::max(value, 1e-12));
    return values;
}

}  // namespace detail

/// Wilcoxon's signed-rank test of each variant against the first, seed by seed, on each objective and budget, corrected
/// for their number by Holm.
///
/// What is tested are the outcomes (compared_run::outcome): logarithms of regrets where the minimum is known, else
/// losses.
/// @returns cell by cell, in it variant by variant
inline std::vector<variant_test> variant_tests(const comparison& made) {
    std::vector<variant_test> tests;
    std::vector<double> p;
    for (std::size_t cell = 0; cell < made.cells(); ++cell) {
        const auto first = detail::tested_outcomes(made, cell, 0);
        for (std::size_t variant = 1; variant < made.variants.size(); ++variant) {
            tests.push_back({cell, variant, signed_rank_test(detail::tested_outcomes(made, cell, variant), first)});
            p.push_back(tests.back().test.p);
        }
    }
    const auto corrected = holm_corrected(p);
    for (std::size_t i = 0; i < tests.size(); ++i) tests[i].corrected_p = corrected[i];
    return tests;
}

}  // namespace bouillon
