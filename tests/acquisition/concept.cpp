// SPDX-License-Identifier: Apache-2.0
#include <bouillon/acquisition/concept.hpp>

#include <bouillon/acquisition/log_noisy_expected_improvement.hpp>
#include <bouillon/acquisition/thompson_sampling.hpp>
#include <bouillon/surrogate/gaussian_process.hpp>

#include "belief.hpp"
#include <doctest/doctest.h>

using namespace bouillon;

namespace {

struct mean_plus_two_deviations {
    template <class Real>
    Real operator()(Real mean, Real deviation, const search_state&) const {
        return mean + 2 * deviation;
    }
};

struct for_plain_numbers_only {
    double operator()(double mean, double, const search_state&) const { return mean; }
};

struct without_state {
    template <class Real>
    Real operator()(Real mean, Real) const {
        return mean;
    }
};

struct constant_everywhere {
    void evaluate(std::span<const double>, std::span<double> values) const {
        std::fill(values.begin(), values.end(), 1);
    }
    double evaluate_gradient(std::span<const double>, std::span<double> gradient) const {
        std::fill(gradient.begin(), gradient.end(), 0);
        return 1;
    }
};

struct full_acquisition {
    template <class Surrogate>
    constant_everywhere prepare(const Surrogate&, const search_state&, random_engine&) const {
        return {};
    }
};

struct always_the_origin {
    template <class Surrogate, class Maximize>
    std::vector<double> choose(const Surrogate& surrogate, const search_state&, random_engine&, const Maximize&) {
        return std::vector<double>(surrogate.dimension());
    }
};

struct sealed final : full_acquisition {};

/// Prepared without an engine.
struct prepared_for_nothing {
    template <class Surrogate>
    constant_everywhere prepare(const Surrogate&) const {
        return {};
    }
};

struct chooses_for_nothing {
    void choose(int);
    void choose(double);
};

/// A formula with a member that happens to have that name.
struct formula_with_prepare : mean_plus_two_deviations {
    void prepare();
};

using form = detail::acquisition_form;

}  // namespace

TEST_CASE("a formula is a template over its number: one for plain numbers alone has no gradient and is none") {
    CHECK(acquisition_formula<mean_plus_two_deviations>);
    CHECK_FALSE(acquisition_formula<for_plain_numbers_only>);
    CHECK_FALSE(acquisition_formula<without_state>);
}

TEST_CASE("the three ways to be an acquisition are told apart") {
    CHECK(acquisition_function<full_acquisition, closed_form_belief>);
    CHECK(acquisition_portfolio<always_the_origin, closed_form_belief>);
    CHECK_FALSE(acquisition_function<mean_plus_two_deviations, closed_form_belief>);
    CHECK_FALSE(acquisition_portfolio<full_acquisition, closed_form_belief>);
    CHECK(acquisition<mean_plus_two_deviations, closed_form_belief>);
    CHECK(acquisition<full_acquisition, closed_form_belief>);
    CHECK(acquisition<always_the_origin, closed_form_belief>);
    CHECK_FALSE(acquisition<int, closed_form_belief>);
}

TEST_CASE("what fails to be an acquisition is taken for the form that its members have") {
    CHECK(detail::form_of<for_plain_numbers_only, closed_form_belief>() == form::formula);
    CHECK(detail::form_of<int, closed_form_belief>() == form::formula);
    CHECK(detail::form_of<prepared_for_nothing, closed_form_belief>() == form::function);
    CHECK(detail::form_of<thompson_sampling, closed_form_belief>() == form::function);
    CHECK(detail::form_of<chooses_for_nothing, closed_form_belief>() == form::portfolio);
    CHECK_FALSE(acquisition<prepared_for_nothing, closed_form_belief>);
    CHECK_FALSE(acquisition<chooses_for_nothing, closed_form_belief>);
}

TEST_CASE("what is an acquisition stays one, whatever else it has or forbids") {
    CHECK(acquisition<sealed, closed_form_belief>);
    CHECK(acquisition<formula_with_prepare, closed_form_belief>);
    CHECK(detail::form_of<formula_with_prepare, closed_form_belief>() == form::formula);
}

TEST_CASE("what draws jointly is no acquisition for a surrogate that believes in single points alone") {
    CHECK_FALSE(acquisition<thompson_sampling, closed_form_belief>);
    CHECK_FALSE(acquisition<log_noisy_expected_improvement, closed_form_belief>);
    CHECK(acquisition<thompson_sampling, gaussian_process<>>);
}
