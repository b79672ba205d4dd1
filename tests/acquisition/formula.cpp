// SPDX-License-Identifier: Apache-2.0
#include <bouillon/acquisition/formula.hpp>

#include "formula_test.hpp"
#include <doctest/doctest.h>

using namespace bouillon;

namespace {

struct product_of_belief_and_state {
    template <class Real>
    Real operator()(Real mean, Real deviation, const search_state& state) const {
        return mean * deviation * static_cast<double>(state.trial) + 1 / deviation;
    }
};

/// Expected improvement that never falls below a thousandth of the deviation.
struct improvement_with_a_floor {
    template <class Real>
    Real operator()(Real mean, Real deviation, const search_state& state) const {
        using std::exp, std::max, bouillon::log_h;
        return max(exp(log_h((mean - state.best) / deviation)), 0.001) * deviation;
    }
};

/// A belief without doubt, whose deviation has no gradient.
struct certain_belief {
    void predict(std::span<const double> points, std::span<double> means, std::span<double> deviations) const {
        means[0] = points[0];
        deviations[0] = 0;
    }
    closed_form_belief::belief predict_gradient(std::span<const double> point, std::span<double> mean_gradient,
                                                std::span<double> deviation_gradient) const {
        mean_gradient[0] = 1;
        deviation_gradient[0] = NAN;
        return {point[0], 0};
    }
};

struct constant_two {
    void evaluate(std::span<const double>, std::span<double> values) const { values[0] = 2; }
    double evaluate_gradient(std::span<const double>, std::span<double>) const { return 2; }
};

struct full_acquisition {
    template <class Surrogate>
    constant_two prepare(const Surrogate&, const search_state&, random_engine&) const {
        return {};
    }
};

}  // namespace

TEST_CASE("a user's formula gets its gradient over the space from its text") {
    check_formula(product_of_belief_and_state{});
    check_formula(improvement_with_a_floor{});
}

TEST_CASE("a batch has the values of its points") {
    const closed_form_belief surrogate{.dimensions = 2};
    random_engine engine = make_engine(1);
    const auto prepared =
        prepare(product_of_belief_and_state{}, surrogate, {.best = 0, .trial = 3, .dimension = 2}, engine);
    const std::vector<double> points = {0.1, 0.2, 0.7, 0.9};
    std::vector<double> both(2), one(1);
    prepared.evaluate(points, both);
    for (std::size_t i = 0; i < 2; ++i) {
        prepared.evaluate(std::span(points).subspan(2 * i, 2), one);
        CHECK(both[i] == one[0]);
    }
}

TEST_CASE("where the belief has no doubt a formula may still divide by the deviation") {
    random_engine engine = make_engine(1);
    const certain_belief surrogate;
    const auto prepared = prepare(product_of_belief_and_state{}, surrogate, {}, engine);
    std::vector<double> value(1), gradient(1);
    prepared.evaluate(std::vector{0.5}, value);
    CHECK(std::isfinite(value[0]));
    CHECK(std::isfinite(prepared.evaluate_gradient(std::vector{0.5}, gradient)));
    CHECK(std::isfinite(gradient[0]));
}

TEST_CASE("a full acquisition prepares itself") {
    random_engine engine = make_engine(1);
    std::vector<double> value(1);
    prepare(full_acquisition{}, closed_form_belief{}, {}, engine).evaluate(std::vector{0.5, 0.5}, value);
    CHECK(value[0] == 2);
}
