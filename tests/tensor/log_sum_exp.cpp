// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/log_sum_exp.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>

using namespace bouillon::detail;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

float log_of(const exponential_sum& sum) { return sum.largest + std::log(sum.sum); }

}  // namespace

TEST_CASE("sums of exponentials are a commutative monoid, however large the exponents") {
    const exponential_sum a{1000, 2}, b{998, 1}, c{-1000, 5}, nothing = no_exponentials();
    CHECK(log_of(add(a, b)) == doctest::Approx(1000 + std::log(2 + std::exp(-2.0))));
    CHECK(log_of(add(a, b)) == log_of(add(b, a)));
    CHECK(log_of(add(add(a, b), c)) == doctest::Approx(log_of(add(a, add(b, c)))));
    for (const auto& each : std::array{a, b, c}) {
        CHECK(add(each, nothing).largest == each.largest);
        CHECK(add(nothing, each).sum == each.sum);
    }
    CHECK(add(nothing, nothing).sum == 0);
}

TEST_CASE("infinite exponents count, and NaN stays") {
    const exponential_sum least{-infinity, 1}, most{infinity, 1}, two{2, 1}, nan{NAN, 1};
    CHECK(add(least, two).sum == 1);
    CHECK(log_of(add(most, most)) == infinity);
    CHECK(std::isnan(log_of(add(nan, two))));
    CHECK(std::isnan(log_of(add(two, nan))));
    CHECK(std::isnan(log_of(add(add(nan, two), two))));
}
