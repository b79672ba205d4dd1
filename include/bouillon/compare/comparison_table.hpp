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

}  // namespace detail

/// A comparison as text: for each objective and budget a line a variant, with the median [quartiles] of its outcome
/// over the seeds, the seeds in which it is lower and higher than the first variant, and the corrected p of its test
/// against that, with "better" or "worse" where it is at most 0.05; then how often each variant is so.
inline std::string to_table(const comparison& made) {
    const auto tests = variant_tests(made);
    std::size_t width = 8;  // of the variants' column
    for (const std::string& name : made.variants) width = std::max(width, name.size());
    std::string text = environment_line(made.environment) + '\n';
    std::vector<std::array<std::size_t, 2>> verdicts(made.variants.size(), {0, 0});  // better, worse
    auto test = tests.begin();
    for (std::size_t cell = 0; cell < made.cells(); ++cell) {
        const compared_run& any = made.cell(cell, 0)[0];
        text += '\n' + any.objective + ", " + to_string(any.budget) + " trials, " + to_string(made.seeds.size()) +
                " seeds" + (any.noise > 0 ? ", noise " + to_string(any.noise) : std::string()) + '\n' +
                detail::left_in("variant", width) + "  " +
                detail::left_in(detail::outcome_name(any) + " [quartiles]", 30) + "  lower  higher  corrected p\n";
        for (std::size_t variant = 0; variant < made.variants.size(); ++variant) {
            std::string line =
                detail::left_in(made.variants[variant], width) + "  " +
                detail::left_in(detail::quartiles_text(made.outcomes(cell, variant), any.has_minimum()), 30);
            if (variant > 0) {
                line += "  " + detail::right_in(to_string(test->test.lower), 5) + "  " +
                        detail::right_in(to_string(test->test.higher), 6) + "  " +
                        detail::right_in(detail::formatted("%.4f", test->corrected_p), 11);
                if (test->is_better()) line += "  better";
                if (test->is_worse()) line += "  worse";
                verdicts[variant][0] += test->is_better();
                verdicts[variant][1] += test->is_worse();
                ++test;
            }
            text += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
        }
    }
    if (made.variants.size() < 2) return text;
    const bool exact = std::ranges::all_of(tests, [](const variant_test& one) { return one.test.exact; });
    text += "\nAgainst " + made.variants[0] + ": Wilcoxon's signed-rank test, " +
            (exact ? "exact" : "by its normal approximation above 200 pairs") + ", Holm's correction for " +
            to_string(tests.size()) + (tests.size() == 1 ? " test\n" : " tests\n") + detail::left_in("variant", width) +
            "  better   alike   worse\n";
    for (std::size_t variant = 1; variant < made.variants.size(); ++variant) {
        const auto [better, worse] = verdicts[variant];
        text += detail::left_in(made.variants[variant], width) + detail::right_in(to_string(better), 8) +
                detail::right_in(to_string(made.cells() - better - worse), 8) + detail::right_in(to_string(worse), 8) +
                '\n';
    }
    return text;
}

}  // namespace bouillon
