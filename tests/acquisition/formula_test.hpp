// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/acquisition/formula.hpp>

#include "belief.hpp"
#include <doctest/doctest.h>

/// Checks that a formula's gradient over the space agrees with central differences of its values.
template <class Formula>
void check_gradient(const Formula& formula) {
    const closed_form_belief surrogate{.dimensions = 3};
    const bouillon::search_state state{.best = 1.2, .trial = 4, .dimension = 3};
    bouillon::random_engine engine = bouillon::make_engine(1);
    const auto prepared = bouillon::prepare(formula, surrogate, state, engine);
    for (int i = 0; i < 50; ++i) {
        std::vector<double> point(3), gradient(3), value(1);
        for (double& x : point) x = bouillon::uniform(engine);
        prepared.evaluate(point, value);
        CHECK(prepared.evaluate_gradient(point, gradient) == doctest::Approx(value[0]).epsilon(1e-13));
        for (std::size_t k = 0; k < 3; ++k) {
            const double step = 1e-5;
            std::vector<double> above = point, below = point, high(1), low(1);
            above[k] += step;
            below[k] -= step;
            prepared.evaluate(above, high);
            prepared.evaluate(below, low);
            CHECK(gradient[k] == doctest::Approx((high[0] - low[0]) / (2 * step)).epsilon(1e-6));
        }
    }
}
