// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "problem.hpp"
#include "test_function.hpp"
#include <nlohmann/json.hpp>

#include <cstddef>
#include <istream>
#include <ostream>
#include <string>
#include <vector>

/// Everything that another system needs to be given the same problems: an object a function, whose values have the
/// given standard deviation.
inline nlohmann::ordered_json protocol_of(const test_function& function, double deviation, std::size_t seeds) {
    nlohmann::ordered_json described = {
        {"function", function.name},         {"simplex", function.on_simplex()},
        {"dimension", function.dimension()}, {"lower", function.lower},
        {"upper", function.upper},           {"minimum", function.minimum},
        {"budget", function.budget},         {"standard_deviation", deviation},
        {"own_noise", function.own_noise},   {"problems", nlohmann::ordered_json::array()}};
    for (std::size_t seed = 0; seed < seeds; ++seed) {
        const problem made = make_problem(function, seed);
        std::vector<std::vector<double>> points;  // (n0, d)
        visit_space(function, [&](const auto& space) {
            for (const auto& unit_point : made.design) points.push_back(space.point(unit_point));
        });
        described["problems"].push_back({{"seed", seed}, {"design", points}, {"normals", made.normals}});
    }
    return described;
}

/// Answers each line, a point as a JSON array, with a line, the function's value there.
inline void serve(const test_function& function, std::istream& points, std::ostream& values) {
    values.precision(17);
    for (std::string line; std::getline(points, line);)
        values << function.value(nlohmann::json::parse(line).get<std::vector<double>>()) << std::endl;
}
