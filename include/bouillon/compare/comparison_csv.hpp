// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/compare/comparison.hpp>
#include <bouillon/core/to_string.hpp>

#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

namespace bouillon {

namespace detail {

/// A field of a CSV file, in quotes where it needs them.
inline std::string csv_field(std::string_view text) {
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
    std::string quoted = "\"";
    for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    return quoted + '"';
}

/// A number, or an empty field where there is none.
inline std::string csv_number(double value) { return std::isfinite(value) ? to_string(value) : std::string(); }

}  // namespace detail

/// A comparison as CSV: a line a run, after lines "# NAME: VALUE" of its environment and its seeds and one of the
/// columns' names.
///
/// Losses are without noise; what is not known is an empty field.
inline std::string to_csv(const comparison& made) {
    std::string text;
    for (const auto& [name, value] : made.environment.fields()) text += "# " + name + ": " + value + '\n';
    text += "# seeds:";
    for (const std::uint64_t seed : made.seeds) text += ' ' + to_string(seed);
    text += '\n';
    text +=
        "objective,budget,noise,minimum,variant,seed,first_points,trials,best_loss,recommended_loss,outcome,"
        "cpu_seconds_per_suggestion,failure\n";
    for (const compared_run& run : made.runs)
        text += detail::csv_field(run.objective) + ',' + to_string(run.budget) + ',' + to_string(run.noise) + ',' +
                detail::csv_number(run.minimum) + ',' + detail::csv_field(run.variant) + ',' + to_string(run.seed) +
                ',' + to_string(run.first_points) + ',' + to_string(run.losses.size()) + ',' +
                detail::csv_number(run.best_loss()) + ',' + detail::csv_number(run.recommended) + ',' +
                detail::csv_number(run.outcome()) + ',' + detail::csv_number(run.mean_suggest_seconds()) + ',' +
                detail::csv_field(run.failure) + '\n';
    return text;
}

}  // namespace bouillon
