// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/compare/first_points.hpp>
#include <bouillon/compare/objective.hpp>
#include <bouillon/core/random.hpp>

#include <cmath>

namespace bouillon {

/// Standard deviation of an objective's values over uniform points of its space, the same ones always: the scale on
/// which noise is large or small.
///
/// Cost: 10^5 values.
template <class Space>
double value_deviation(const objective<Space>& given) {
    constexpr int count = 100'000;
    return visit_space(given.space, [&](const auto& space) {
        random_engine engine = make_engine(0);
        double mean = 0, squares = 0;
        for (int n = 1; n <= count; ++n) {
            const double value = given.value(space.point(uniform_unit_point(space, engine)));
            const double step = value - mean;
            mean += step / n;
            squares += step * (value - mean);
        }
        return std::sqrt(squares / (count - 1));
    });
}

}  // namespace bouillon
