// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <string>

namespace bouillon {

namespace detail {

/// Gamma(a + 1/2) / Gamma(a): the asymptotic series above a = 50, the recurrence up to there.
inline double half_step_gamma_ratio(double a) {
    double factor = 1;
    for (; a < 50; ++a) factor *= a / (a + 0.5);
    const double u = 1 / (8 * a);
    return factor * std::sqrt(a) * (1 + u * (-1 + u * (0.5 + u * (2.5 + u * (-2.625 + u * (-49.875 + 54.3125 * u))))));
}

/// The even part of the usual continued fraction of the incomplete beta function, whose terms do not cancel for large
/// a.
///
///     I_x(a, b) B(a, b) / (x^a y^b),   y = 1 - x,   x < (a + 1) / (a + b + 2)
///
/// By Lentz's method. Reference: Didonato and Morris (1992), ACM TOMS 708, eq. 9.
inline double beta_continued_fraction(double x, double y, double a, double b) {
    const auto denominator = [&](double m) {
        const double growth = m > 0 ? m * (b - m) * x / (a + 2 * m - 1) : 0;
        return m + growth + (a + m) * (a * y - b * x + 1 + m * (1 + y)) / (a + 2 * m + 1);
    };
    double fraction = denominator(0), c = fraction, d = 0;
    for (double m = 1; m < 1e6; ++m) {
        const double odd = a + 2 * m - 1;
        const double numerator = (a + m - 1) * (a + b + m - 1) / (odd * odd) * m * (b - m) * x * x;
        d = 1 / (denominator(m) + numerator * d);
        c = denominator(m) + numerator / c;
        fraction *= c * d;
        if (std::abs(c * d - 1) < std::numeric_limits<double>::epsilon()) break;
    }
    return 1 / fraction;
}

inline void check_degrees_of_freedom(double degrees_of_freedom) {
    if (!(degrees_of_freedom > 0) || std::isinf(degrees_of_freedom))
        throw input_error("Student's t: degrees of freedom must be finite and above 0, not " +
                          to_string(degrees_of_freedom));
}

}  // namespace detail

/// Probability that |T| is at least |t| for Student's t distribution: the two-sided p-value of a t statistic.
///
///     p = I_x(nu/2, 1/2),   x = nu / (nu + t^2),   I the regularised incomplete beta function
///
/// Cost: below a microsecond at a few hundred degrees of freedom. Reference: Abramowitz and Stegun, eq. 26.7.1.
/// @param t the statistic
/// @param degrees_of_freedom nu, any finite number above 0
/// @returns p in [0, 1], relative error about 1e-13 up to nu = 1e6; NaN for a NaN t
/// @throws input_error for any other nu
inline double student_t_two_sided_p_value(double t, double degrees_of_freedom) {
    detail::check_degrees_of_freedom(degrees_of_freedom);
    if (std::isnan(t)) return t;
    if (std::isinf(t)) return 0;
    const double nu = degrees_of_freedom, a = nu / 2, ratio = t / std::sqrt(nu), square = ratio * ratio;
    // x^a (1 - x)^(1/2) / B(a, 1/2), where x = 1 / (1 + square)
    const double front = std::exp(-(a + 0.5) * std::log1p(square)) * std::abs(ratio) *
                         detail::half_step_gamma_ratio(a) * std::numbers::inv_sqrtpi;
    const double x = 1 / (1 + square), complement = square / (1 + square);
    if (x < (a + 1) / (a + 2.5)) return front * detail::beta_continued_fraction(x, complement, a, 0.5);
    return 1 - front * detail::beta_continued_fraction(complement, x, 0.5, a);
}

/// The t below which Student's t distribution has the given probability.
///
/// Cost: about 60 p-values.
/// @param probability in (0, 1); 0.975 gives the factor of a two-sided 95 % interval
/// @param degrees_of_freedom any finite number above 0
/// @returns t, relative error about 1e-13 (absolute error about 1e-15 next to the median)
/// @throws input_error for arguments outside these ranges
inline double student_t_quantile(double probability, double degrees_of_freedom) {
    detail::check_degrees_of_freedom(degrees_of_freedom);
    if (!(probability > 0 && probability < 1))
        throw input_error("Student's t: a quantile's probability must lie between 0 and 1, not " +
                          to_string(probability));
    if (probability == 0.5) return 0;
    if (probability > 0.5) return -student_t_quantile(1 - probability, degrees_of_freedom);  // 1 - p is exact here
    const double two_sided = 2 * probability;
    double low = 0, high = 1;
    while (student_t_two_sided_p_value(high, degrees_of_freedom) > two_sided && high < 1e300) {
        low = high;
        high *= 2;
    }
    while (high - low > 2 * std::numeric_limits<double>::epsilon() * high) {
        const double middle = low + (high - low) / 2;
        (student_t_two_sided_p_value(middle, degrees_of_freedom) > two_sided ? low : high) = middle;
    }
    return -(low + (high - low) / 2);
}

}  // namespace bouillon
