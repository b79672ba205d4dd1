// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/compare/comparison.hpp>
#include <bouillon/compare/quantile.hpp>
#include <bouillon/compare/variant_tests.hpp>
#include <bouillon/core/to_string.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <span>
#include <string>
#include <vector>

namespace bouillon {

namespace detail {

/// `text` with blanks after it, or before it, up to a width.
inline std::string left_in(const std::string& text, std::size_t width) {
    return text + std::string(text.size() < width ? width - text.size() : 0, ' ');
}
inline std::string right_in(const std::string& text, std::size_t width) {
    return std::string(text.size() < width ? width - text.size() : 0, ' ') + text;
}

inline std::string formatted(const char* format, double value) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), format, value);
    return text.data();
}

/// "1.2e-05 [3.1e-06, 4.0e-05]"; losses with six digits.
inline std::string quartiles_text(const std::vector<double>& values, bool are_regrets) {
    const auto [lower, median, upper] = quartiles_of(values);
    const char* const format = are_regrets ? "%.1e" : "%.6g";
    return formatted(format, median) + " [" + formatted(format, lower) + ", " + formatted(format, upper) + ']';
}

/// What outcomes are called.
inline std::string outcome_name(const compared_run& run) {
    return std::string(run.noise > 0 || run.losses.empty() ? "recommended " : "best ") +
           (run.has_minimum() ? "regret" : "loss");
}

/// What a variant came to beside the first: "    8       0       0.0312  better".
inline std::string test_text(const variant_test& test) {
    return "  " + right_in(to_string(test.test.lower), 5) + "  " + right_in(to_string(test.test.higher), 6) + "  " +
           right_in(formatted("%.4f", test.corrected_p), 11) +
           (test.is_better()  ? "  better"
            : test.is_worse() ? "  worse"
                              : "");
}

/// The lines of one objective and budget.
/// @param tests of this cell, variant by variant from the second on
inline std::string cell_table(const comparison& made, std::size_t cell, std::span<const variant_test> tests,
                              std::size_t width) {
    const compared_run& any = made.cell(cell, 0)[0];
    std::string text =
        '\n' + any.objective + ", " + to_string(any.budget) + " trials, " + to_string(made.seeds.size()) + " seeds" +
        (any.noise > 0 ? ", noise " + to_string(any.noise) : std::string()) + '\n' + left_in("variant", width) + "  " +
        left_in(outcome_name(any) + " [quartiles]", 30) + "  lower  higher  corrected p\n";
    for (std::size_t variant = 0; variant < made.variants.size(); ++variant) {
        const std::string line = left_in(made.variants[variant], width) + "  " +
                                 left_in(quartiles_text(made.outcomes(cell, variant), any.has_minimum()), 30) +
                                 (variant > 0 ? test_text(tests[variant - 1]) : std::string());
        text += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
    }
    return text;
}

/// How often each variant but the first is better, alike and worse, and by which test.
inline std::string verdict_table(const comparison& made, std::span<const variant_test> tests, std::size_t width) {
    const bool exact = std::ranges::all_of(tests, [](const variant_test& one) { return one.test.exact; });
    std::string text = "\nAgainst " + made.variants[0] + ": Wilcoxon's signed-rank test, " +
                       (exact ? "exact" : "by its normal approximation above 200 pairs") + ", Holm's correction for " +
                       to_string(tests.size()) + (tests.size() == 1 ? " test\n" : " tests\n") +
                       left_in("variant", width) + "  better   alike   worse\n";
    for (std::size_t variant = 1; variant < made.variants.size(); ++variant) {
        std::size_t better = 0, worse = 0;
        for (const variant_test& test : tests) {
            better += test.variant == variant && test.is_better();
            worse += test.variant == variant && test.is_worse();
        }
        text += left_in(made.variants[variant], width) + right_in(to_string(better), 8) +
                right_in(to_string(made.cells() - better - worse), 8) + right_in(to_string(worse), 8) + '\n';
    }
    return text;
}

}  // namespace detail

/// A comparison as text: for each objective and budget a line a variant, with the median [quartiles] of its outcome
/// over the seeds, the seeds in which it is lower and higher than the first variant, and the corrected p of its test
/// against that, with "better" or "worse" where it is at most 0.05; then how often each variant is so.
inline std::string to_table(const comparison& made) {
    const auto tests = variant_tests(made);
    const std::size_t tests_in_cell = made.variants.empty() ? 0 : made.variants.size() - 1;
    std::size_t width = 8;  // of the variants' column
    for (const std::string& name : made.variants) width = std::max(width, name.size());
    std::string text = environment_line(made.environment) + '\n';
    for (std::size_t cell = 0; cell < made.cells(); ++cell)
        text += detail::cell_table(made, cell, std::span(tests).subspan(cell * tests_in_cell, tests_in_cell), width);
    if (!tests.empty()) text += detail::verdict_table(made, tests, width);
    return text;
}

}  // namespace bouillon
