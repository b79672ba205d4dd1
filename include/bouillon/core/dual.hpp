// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/normal.hpp>

#include <cmath>
#include <compare>

namespace bouillon {

/// A number that carries its derivatives with respect to a belief's mean and deviation.
///
/// A formula that is written as a template over its number type gives its value from `double` and its value and
/// gradient from `dual`, with one text: `formula(dual{mean, 1, 0}, dual{deviation, 0, 1})`. The functions below are
/// found beside those for `double`, where they are called unqualified.
struct dual {
    double value = 0;        ///< of the number
    double d_mean = 0;       ///< derivative by the mean
    double d_deviation = 0;  ///< derivative by the deviation

    constexpr dual() = default;
    /// A constant, whose derivatives are 0.
    constexpr dual(double constant) : value(constant) {}  // not explicit: constants mix with duals in a formula
    /// A number with its derivatives.
    constexpr dual(double number, double by_mean, double by_deviation)
        : value(number), d_mean(by_mean), d_deviation(by_deviation) {}

    constexpr dual& operator+=(const dual& b) { return *this = *this + b; }
    constexpr dual& operator-=(const dual& b) { return *this = *this - b; }
    constexpr dual& operator*=(const dual& b) { return *this = *this * b; }
    constexpr dual& operator/=(const dual& b) { return *this = *this / b; }

    friend constexpr dual operator+(const dual& a) { return a; }
    friend constexpr dual operator-(const dual& a) { return {-a.value, -a.d_mean, -a.d_deviation}; }
    friend constexpr dual operator+(const dual& a, const dual& b) {
        return {a.value + b.value, a.d_mean + b.d_mean, a.d_deviation + b.d_deviation};
    }
    friend constexpr dual operator-(const dual& a, const dual& b) { return a + -b; }
    friend constexpr dual operator*(const dual& a, const dual& b) {
        return {a.value * b.value, a.d_mean * b.value + a.value * b.d_mean,
                a.d_deviation * b.value + a.value * b.d_deviation};
    }
    friend constexpr dual operator/(const dual& a, const dual& b) {
        const double quotient = a.value / b.value;
        return {quotient, (a.d_mean - quotient * b.d_mean) / b.value,
                (a.d_deviation - quotient * b.d_deviation) / b.value};
    }

    /// Comparisons look at the value alone.
    friend constexpr bool operator==(const dual& a, const dual& b) { return a.value == b.value; }
    friend constexpr std::partial_ordering operator<=>(const dual& a, const dual& b) { return a.value <=> b.value; }

    /// The chain rule: f(x) from f's value and derivative at x.value.
    static constexpr dual chain(const dual& x, double value, double derivative) {
        return {value, derivative * x.d_mean, derivative * x.d_deviation};
    }
    friend dual sqrt(const dual& x) {
        const double root = std::sqrt(x.value);
        return chain(x, root, 0.5 / root);
    }
    friend dual exp(const dual& x) { return chain(x, std::exp(x.value), std::exp(x.value)); }
    friend dual expm1(const dual& x) { return chain(x, std::expm1(x.value), std::exp(x.value)); }
    friend dual log(const dual& x) { return chain(x, std::log(x.value), 1 / x.value); }
    friend dual log1p(const dual& x) { return chain(x, std::log1p(x.value), 1 / (1 + x.value)); }
    friend dual abs(const dual& x) { return x.value < 0 ? -x : x; }
    /// The derivatives are the chosen one's; where both are equal, the first one's.
    friend constexpr dual max(const dual& a, const dual& b) { return a.value < b.value ? b : a; }
    friend constexpr dual min(const dual& a, const dual& b) { return b.value < a.value ? b : a; }
    friend dual pow(const dual& x, double exponent) {
        return chain(x, std::pow(x.value, exponent), exponent * std::pow(x.value, exponent - 1));
    }
    friend dual normal_pdf(const dual& x) { return chain(x, normal_pdf(x.value), -x.value * normal_pdf(x.value)); }
    friend dual normal_cdf(const dual& x) { return chain(x, normal_cdf(x.value), normal_pdf(x.value)); }
    friend dual log_normal_cdf(const dual& x) {
        return chain(x, log_normal_cdf(x.value), log_normal_cdf_derivative(x.value));
    }
    friend dual log_h(const dual& x) { return chain(x, log_h(x.value), log_h_derivative(x.value)); }
};

}  // namespace bouillon
