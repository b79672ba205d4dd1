// SPDX-License-Identifier: Apache-2.0
#include <bouillon/testing/acquisition.hpp>

#include <bouillon/acquisition/log_noisy_expected_improvement.hpp>
#include <bouillon/acquisition/upper_confidence_bound.hpp>

#include <testing/reports.hpp>

#include <check_laws.hpp>

#include <cstddef>
#include <span>
#include <type_traits>

using namespace bouillon;

namespace {

/// A formula whose dual text differs from its plain one.
struct two_texts {
    template <class Real>
    Real operator()(Real mean, Real deviation, const search_state&) const {
        if constexpr (std::is_same_v<Real, double>)
            return mean + deviation;
        else
            return Real(mean.value + deviation.value, mean.d_mean, -deviation.d_deviation);
    }
};

/// The posterior mean, a little of the way towards each wrong answer that a law is about.
struct mean_with_faults {
    double by_order = 0, by_scale = 0, by_engine = 0, by_pending = 0;
    bool not_a_number = false;

    template <class Surrogate>
    struct prepared {
        const Surrogate* surrogate;
        double by_order, constant;

        void evaluate(std::span<const double> points, std::span<double> values) const {
            std::vector<double> deviations(values.size());  // (m)
            surrogate->predict(points, values, deviations);
            for (std::size_t i = 0; i < values.size(); ++i) values[i] += constant + by_order * static_cast<double>(i);
        }
        double evaluate_gradient(std::span<const double> point, std::span<double> gradient) const {
            std::vector<double> ignored(point.size());  // (d)
            return surrogate->predict_gradient(point, gradient, ignored).mean + constant;
        }
    };

    template <class Surrogate>
    prepared<Surrogate> prepare(const Surrogate& surrogate, const search_state&, random_engine& engine) const {
        const double scale = surrogate.standardisation().scale;
        return {&surrogate, by_order, (not_a_number ? NAN : 0) + by_scale * scale + by_engine * uniform(engine)};
    }
    template <class Surrogate>
    prepared<Surrogate> prepare(const Surrogate& surrogate, const search_state& state, std::span<const double>,
                                random_engine& engine) const {
        auto made = prepare(surrogate, state, engine);
        made.constant += by_pending;
        return made;
    }
};

static_assert(pending_acquisition_function<mean_with_faults, gaussian_process<>>);

}  // namespace

TEST_CASE("acquisitions that keep all laws are not complained of") {
    check_laws(acquisition_violations(upper_confidence_bound{}));
    check_laws(acquisition_violations(log_noisy_expected_improvement{}));
    check_laws(acquisition_violations(mean_with_faults{.by_engine = 1}));
}

TEST_CASE("a gradient that is not the values' is told with both numbers") {
    check_report(acquisition_violations(two_texts{}), "gradients agree with differences of the values: ");
    check_report(acquisition_violations(two_texts{}), ", but should be ");
}

TEST_CASE("values that depend on their place in a batch are told") {
    check_report(acquisition_violations(mean_with_faults{.by_order = 1e-3}),
                 "the order of a batch makes no difference");
    check_report(acquisition_violations(mean_with_faults{.by_order = 1e-3}), "a batch has the values of its points");
}

TEST_CASE("values that depend on the scores' scale are told") {
    check_report(acquisition_violations(mean_with_faults{.by_scale = 1}),
                 "neither the scale nor the offset of scores matters: the value at");
}

TEST_CASE("values that are no numbers, and ones that empty lists change, are told") {
    check_report(acquisition_violations(mean_with_faults{.not_a_number = true}), "the value is nan");
    check_report(acquisition_violations(mean_with_faults{.by_pending = 1}), "no pending trials change nothing: ");
}
