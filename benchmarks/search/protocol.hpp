// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/compare/objective.hpp>
#include <bouillon/compare/trial_plan.hpp>
#include <bouillon/space/interval.hpp>
#include <bouillon/space/simplex.hpp>

#include "trials_out.hpp"
#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <istream>
#include <ostream>
#include <string>
#include <variant>
#include <vector>

/// Everything that another system needs to be given the same problems: an object a function, whose values have the
/// given standard deviation.
inline nlohmann::ordered_json protocol_of(const bouillon::objective<>& function, double deviation, std::size_t seeds) {
    std::vector<double> lower, upper;  // (d); empty over a simplex
    const bool on_simplex = std::holds_alternative<bouillon::simplex>(function.space);
    if (!on_simplex)
        bouillon::visit_space(function.space, [&](const auto& space) {
            lower = space.point(std::vector<double>(space.dimension(), 0.0));
            upper = space.point(std::vector<double>(space.dimension(), 1.0));
        });
    nlohmann::ordered_json described = {{"function", function.name},
                                        {"simplex", on_simplex},
                                        {"dimension", dimension(function)},
                                        {"lower", lower},
                                        {"upper", upper},
                                        {"minimum", function.has_minimum() ? function.minimum : 0},
                                        {"budget", function.budget},
                                        {"standard_deviation", deviation},
                                        {"own_noise", function.noise},
                                        {"problems", nlohmann::ordered_json::array()}};
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
        const bouillon::trial_plan plan = bouillon::make_plan(function, function.budget, seed);
        std::vector<std::vector<double>> points;  // (n0, d)
        bouillon::visit_space(function.space, [&](const auto& space) {
            for (const auto& unit_point : plan.design) points.push_back(space.point(unit_point));
        });
        described["problems"].push_back({{"seed", seed},
                                         {"design", points},
                                         {"normals", plan.normals},
                                         {"lengths", trial_lengths(seed, plan.budget)}});
    }
    return described;
}

/// Answers each line, a point as a JSON array, with a line, the function's value there.
inline void serve(const bouillon::objective<>& function, std::istream& points, std::ostream& values) {
    values.precision(17);
    for (std::string line; std::getline(points, line);)
        values << function.value(nlohmann::json::parse(line).get<std::vector<double>>()) << std::endl;
}
