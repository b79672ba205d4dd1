// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/compare/objective.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/kernel/matern52.hpp>
#include <bouillon/kernel/quadratic.hpp>
#include <bouillon/kernel/sum.hpp>
#include <bouillon/search/observation.hpp>
#include <bouillon/space/concept.hpp>
#include <bouillon/surrogate/gaussian_process.hpp>

#include <cmath>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bouillon {

/// A landscape of which losses were recorded at some points: an objective that costs nothing where the real one costs
/// hours. Between the points it is what a surrogate expects, a parabola and what that leaves over (Matern 5/2).
///
/// Nobody knows its minimum, and it has no noise.
/// @param name of the objective
/// @param space that the points are of
/// @param recorded points (d) of the space and their losses; three or more
/// @throws input_error when there are too few, or one is no point of the space or has no finite loss
/// Cost: a fit, O(n^3), then O(n^2) a value.
template <search_space Space>
objective<Space> recorded_landscape(const std::string& name, Space space, std::span<const known_observation> recorded) {
    using surrogate = gaussian_process<sum<matern52, quadratic>>;
    const std::size_t d = space.dimension();
    if (recorded.size() < 3)
        throw input_error("landscape " + name + ": " + to_string(recorded.size()) + " recorded losses are too few");
    std::vector<double> points, scores, variances;
    for (std::size_t i = 0; i < recorded.size(); ++i) {
        const auto& point = recorded[i].point;
        const double loss = recorded[i].loss;
        if (point.size() != d || !std::isfinite(loss))
            throw input_error("landscape " + name + ": record " + to_string(i) + " has " + to_string(point.size()) +
                              " coordinates of " + to_string(d) + " and the loss " + to_string(loss));
        const auto unit_point = space.unit_point(point);
        points.insert(points.end(), unit_point.begin(), unit_point.end());
        scores.push_back(-loss);
        variances.push_back(recorded[i].variance);
    }
    const auto fitted = std::make_shared<surrogate>(d);
    fitted->fit(points, scores, variances);
    auto value = [fitted, space](std::span<const double> point) {
        return -fitted->standardisation().score(fitted->predict(space.unit_point(point)).mean);
    };
    return {.name = name, .space = std::move(space), .value = std::move(value)};
}

}  // namespace bouillon
