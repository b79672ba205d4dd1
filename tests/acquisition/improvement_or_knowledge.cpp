// SPDX-License-Identifier: Apache-2.0
#include <bouillon/acquisition/improvement_or_knowledge.hpp>
#include <bouillon/core/error.hpp>

#include <acquisition/prepared_test.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace bouillon;

namespace {

const std::vector<double> x = {0.3, 0.6}, pending = {0.35, 0.55, 0.9, 0.2};

}  // namespace

static_assert(pending_acquisition_function<improvement_or_knowledge, gaussian_process<>>);
static_assert(logarithmic_acquisition<improvement_or_knowledge>);

TEST_CASE("certain scores, and trials that are out, are a matter of improvement") {
    for (const double noise : {0.0, 0.2}) {
        const auto surrogate = surrogate_of(15, 2, noise);
        const auto state = state_of(surrogate, points_in_cube(30, 2, 5));
        auto engine = make_engine(1), same = engine;
        const auto prepared = improvement_or_knowledge{}.prepare(surrogate, state, pending, engine);
        CHECK_FALSE(prepared.is_knowledge());
        CHECK(value_at(prepared, x) ==
              value_at(log_noisy_expected_improvement{}.prepare(surrogate, state, pending, same), x));
    }
    const auto certain = surrogate_of(15, 2, 0);
    auto engine = make_engine(1);
    CHECK_FALSE(improvement_or_knowledge{}.prepare(certain, state_of(certain), engine).is_knowledge());
}

TEST_CASE("noisy scores are a matter of knowledge") {
    const auto surrogate = surrogate_of(15, 2, 0.2);
    const auto state = state_of(surrogate, points_in_cube(30, 2, 5));
    auto engine = make_engine(1);
    const auto prepared = improvement_or_knowledge{}.prepare(surrogate, state, engine);
    CHECK(prepared.is_knowledge());
    CHECK(value_at(prepared, x) == value_at(log_knowledge_gradient{}.prepare(surrogate, state, engine), x));
    check_prepared(prepared, 2);
}

TEST_CASE("improvement or knowledge keeps the laws of an acquisition") {
    check_laws(acquisition_violations(improvement_or_knowledge{}));
}

TEST_CASE("numbers that either part cannot have are refused") {
    CHECK_NOTHROW(improvement_or_knowledge{}.check());
    CHECK_THROWS_AS(improvement_or_knowledge{.improvement = {.draws = 0}}.check(), input_error);
    CHECK_THROWS_AS(improvement_or_knowledge{.knowledge = {.noise_variance = -1}}.check(), input_error);
}
