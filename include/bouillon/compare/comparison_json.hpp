// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/compare/comparison.hpp>
#include <bouillon/compare/variant_tests.hpp>

#include <nlohmann/json.hpp>

#include <string>

namespace bouillon {

/// A comparison as JSON lines: an object of its environment, variants and seeds ("event": "comparison"), one a run
/// ("run"), with the loss at each trial's point, then one a test ("test").
///
/// Losses are without noise; a number that is not finite is null.
inline std::string to_json_lines(const comparison& made) {
    using json = nlohmann::ordered_json;
    json head = {{"event", "comparison"}, {"variants", made.variants}, {"seeds", made.seeds}};
    head["environment"] = {{"bouillon", made.environment.bouillon_version},
                           {"compiler", made.environment.compiler},
                           {"optimised", made.environment.optimised},
                           {"date", made.environment.date},
                           {"cpus", made.environment.cpus}};
    std::string lines = head.dump() + '\n';
    for (const compared_run& run : made.runs) {
        json one = {{"event", "run"},           {"objective", run.objective},
                    {"budget", run.budget},     {"noise", run.noise},
                    {"minimum", run.minimum},   {"variant", run.variant},
                    {"seed", run.seed},         {"first_points", run.first_points},
                    {"outcome", run.outcome()}, {"recommended_loss", run.recommended},
                    {"losses", run.losses},     {"suggest_seconds", run.suggest_seconds}};
        if (!run.failure.empty()) one["failure"] = run.failure;
        lines += one.dump(-1, ' ', false, json::error_handler_t::replace) + '\n';
    }
    for (const variant_test& test : variant_tests(made))
        lines += json{{"event", "test"},
                      {"objective", made.cell(test.cell, 0)[0].objective},
                      {"budget", made.cell(test.cell, 0)[0].budget},
                      {"variant", made.variants[test.variant]},
                      {"against", made.variants[0]},
                      {"lower", test.test.lower},
                      {"higher", test.test.higher},
                      {"p", test.test.p},
                      {"exact", test.test.exact},
                      {"corrected_p", test.corrected_p}}
                     .dump() +
                 '\n';
    return lines;
}

}  // namespace bouillon
