// SPDX-License-Identifier: Apache-2.0
#include <bouillon/acquisition/per_cost.hpp>

#include <bouillon/acquisition/expected_improvement.hpp>
#include <bouillon/acquisition/log_expected_improvement.hpp>
#include <bouillon/acquisition/log_noisy_expected_improvement.hpp>
#include <bouillon/acquisition/probability_of_improvement.hpp>
#include <bouillon/core/error.hpp>

#include "prepared_test.hpp"
#include <doctest/doctest.h>

#include <cmath>
#include <span>

using namespace bouillon;

namespace {

/// A trial is the dearer, the more documents its first coordinate stands for.
struct documents {
    double operator()(std::span<const double> point) const { return 1 + 9 * point[0] * point[0]; }
};

using dear_ei = per_cost<expected_improvement, documents>;
using dear_log_ei = per_cost<log_expected_improvement, documents>;
using dear_noisy_ei = per_cost<log_noisy_expected_improvement, documents>;

static_assert(acquisition_function<dear_ei, gaussian_process<>> && !logarithmic_acquisition<dear_ei>);
static_assert(acquisition_function<dear_log_ei, gaussian_process<>> && logarithmic_acquisition<dear_log_ei>);
static_assert(!pending_acquisition_function<dear_log_ei, gaussian_process<>>);
static_assert(pending_acquisition_function<dear_noisy_ei, gaussian_process<>>);

}  // namespace

TEST_CASE("values are divided by the cost, and logarithms lose its logarithm, which is the same") {
    const auto surrogate = surrogate_of(10, 2, 0.1);
    const auto state = state_of(surrogate);
    auto engine = make_engine(1);
    const auto plain = prepare(expected_improvement{}, surrogate, state, engine);
    const auto dear = prepare(dear_ei{}, surrogate, state, engine);
    const auto dear_log = prepare(dear_log_ei{}, surrogate, state, engine);
    for (const auto& x : {std::vector{0.2, 0.3}, std::vector{0.9, 0.1}}) {
        CHECK(value_at(dear, x) == doctest::Approx(value_at(plain, x) / documents{}(x)).epsilon(1e-14));
        CHECK(value_at(dear_log, x) == doctest::Approx(std::log(value_at(dear, x))).epsilon(1e-12));
    }
}

TEST_CASE("gradients contain the cost's") {
    const auto surrogate = surrogate_of(10, 2, 0.1);
    const auto state = state_of(surrogate);
    auto engine = make_engine(1);
    check_laws(acquisition_violations(dear_ei{}));
    check_laws(acquisition_violations(dear_log_ei{}));
    check_prepared(prepare(dear_ei{}, surrogate, state, engine), 2);
    check_prepared(prepare(dear_log_ei{}, surrogate, state, engine), 2);
}

TEST_CASE("at the edge of the cube a cost is asked for points inside alone") {
    const auto surrogate = surrogate_of(10, 1, 0.1);
    auto engine = make_engine(1);
    const auto root = [](std::span<const double> point) { return 1 + std::sqrt(point[0]) + std::sqrt(1 - point[0]); };
    const auto dear = prepare(per_cost{log_expected_improvement{}, root}, surrogate, state_of(surrogate), engine);
    std::vector<double> gradient(1);
    for (const double x : {0.0, 1.0}) {
        CHECK(std::isfinite(dear.evaluate_gradient(std::vector{x}, gradient)));
        CHECK(std::isfinite(gradient[0]));
    }
}

TEST_CASE("pending trials reach the acquisition inside") {
    const auto surrogate = surrogate_of(10, 1, 0.1);
    const auto state = state_of(surrogate);
    const std::vector<double> pending = {0.4};
    auto first = make_engine(1), second = make_engine(1);
    const auto plain = prepare(log_noisy_expected_improvement{}, surrogate, state, pending, first);
    const auto dear = prepare(dear_noisy_ei{}, surrogate, state, pending, second);
    const std::vector<double> x = {0.41};
    CHECK(value_at(dear, x) == value_at(plain, x) - std::log(documents{}(x)));
}

TEST_CASE("numbers that the acquisition per cost cannot have are refused") {
    const auto cost = [](std::span<const double>) { return 1.0; };
    CHECK_NOTHROW(per_cost{probability_of_improvement{}, cost}.check());
    CHECK_THROWS_AS((per_cost{probability_of_improvement{NAN}, cost}.check()), input_error);
}
