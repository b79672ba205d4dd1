// SPDX-License-Identifier: Apache-2.0
#include <bouillon/core/dual.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>

using namespace bouillon;

namespace {

/// Checks both partial derivatives of a formula against central differences.
template <class Formula>
void check_gradient(Formula formula, double mean, double deviation) {
    const double step = 1e-5;
    const dual result = formula(dual{mean, 1, 0}, dual{deviation, 0, 1});
    CHECK(result.value == doctest::Approx(formula(mean, deviation)).epsilon(1e-14));
    CHECK(result.d_mean ==
          doctest::Approx((formula(mean + step, deviation) - formula(mean - step, deviation)) / (2 * step))
              .epsilon(1e-8));
    CHECK(result.d_deviation ==
          doctest::Approx((formula(mean, deviation + step) - formula(mean, deviation - step)) / (2 * step))
              .epsilon(1e-8));
}

}  // namespace

TEST_CASE("a formula's derivatives agree with central differences") {
    using std::abs, std::exp, std::expm1, std::log, std::log1p, std::pow, std::sqrt;
    check_gradient([](auto m, auto s) { return m * s + m / s - 2.0 * m + 3.0; }, 0.7, 1.3);
    check_gradient([](auto m, auto s) { return sqrt(m * m + s) * exp(-m) + log(s); }, 0.7, 1.3);
    check_gradient([](auto m, auto s) { return expm1(m) + log1p(s) + pow(m + s, 1.5) + abs(m - s); }, 0.7, 1.3);
    check_gradient([](auto m, auto s) { return normal_cdf(m / s) + s * normal_pdf(m / s); }, -0.4, 0.6);
    check_gradient([](auto m, auto s) { return log_h(m / s) + log(s); }, -3.1, 0.6);
    check_gradient(
        [](auto m, auto s) {
            auto sum = m;
            sum += s;
            sum *= m;
            sum -= 2.0 * s;
            sum /= s + 1.0;
            return -sum + (+m);
        },
        0.7, 1.3);
}

TEST_CASE(
    "the larger and the smaller of two numbers bring their own derivatives, and the first of two equal ones its") {
    using std::max, std::min;
    for (const double mean : {0.7, 1.9}) {
        check_gradient([](auto m, auto s) { return max(m * m, s) + 2.0 * min(m, s); }, mean, 1.3);
        check_gradient([](auto m, auto s) { return max(m - s, 0.0) + min(1.0, m) * s; }, mean, 1.3);
    }
    const dual mean{1, 1, 0}, deviation{1, 0, 1};
    CHECK(max(mean, deviation).d_mean == 1);
    CHECK(max(deviation, mean).d_mean == 0);
    CHECK(min(mean, deviation).d_mean == 1);
    CHECK(min(deviation, mean).d_mean == 0);
}

TEST_CASE("expected improvement has its textbook derivatives: the distribution function and the density") {
    const double mean = 0.3, deviation = 0.8, best = 0.5, z = (mean - best) / deviation;
    const dual m{mean, 1, 0}, s{deviation, 0, 1}, u = (m - best) / s;
    const dual improvement = s * (normal_pdf(u) + u * normal_cdf(u));
    CHECK(improvement.d_mean == doctest::Approx(normal_cdf(z)).epsilon(1e-15));
    CHECK(improvement.d_deviation == doctest::Approx(normal_pdf(z)).epsilon(1e-15));
}

TEST_CASE("a constant has no derivatives, and duals compare by value") {
    const dual constant = 2.0, mean{1, 1, 0};
    CHECK(constant.d_mean == 0);
    CHECK(constant.d_deviation == 0);
    CHECK(mean < constant);
    CHECK(mean < 1.5);
    CHECK(constant == 2.0);
    CHECK(mean == dual{1, 0, 7});
}
