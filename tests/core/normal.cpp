// SPDX-License-Identifier: Apache-2.0
#include <bouillon/core/normal.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <initializer_list>
#include <limits>

using namespace bouillon;

namespace {

struct row {
    double z, log_h, derivative;
};

/// Computed with mpmath at 60 to 200 digits.
constexpr row table[] = {
    {5, 1.60943792312643139, 0.199999940531220046},      {2, 0.697383545788228312, 0.486559318785283869},
    {1, 0.0800262188493069400, 0.776638725201739260},    {0, -0.918938533204672742, 1.25331413731550025},
    {-0.99, -2.46611439166904937, 1.89705763718635088},  {-1, -2.48512102571264134, 1.90427123332969182},
    {-1.01, -2.50419985748025680, 1.91149717286061335},  {-2, -4.76878352391711416, 2.67941688395558598},
    {-2.8603, -7.3847880949909527, 3.40980749667869601}, {-5, -16.7443011626609901, 5.36181624128808853},
    {-10, -55.5531220361223559, 10.1943830334125533},    {-25, -319.861463581495954, 25.0796202342665328},
    {-38, -730.196183402113739, 38.0525227600413283},    {-100, -5010.12957880024979, 100.019994004195865},
    {-1000, -500014.734452091158, 1000.00199999400004},  {-1e4, -50000019.3396193072, 10000.0001999999940},
};

double relative_error(double value, double expected) { return std::abs(value - expected) / std::abs(expected); }

}  // namespace

TEST_CASE("log_h and its derivative have their reference values") {
    for (const row& expected : table) {
        CAPTURE(expected.z);
        CHECK(relative_error(log_h(expected.z), expected.log_h) <= 5e-15);
        CHECK(relative_error(log_h_derivative(expected.z), expected.derivative) <= 1e-12);
    }
    CHECK(relative_error(log_h(-1e6), -500000000028.549960) <= 5e-15);
    CHECK(relative_error(log_h_derivative(-1e6), 1e6 + 2e-6) <= 1e-12);
    CHECK(relative_error(log_h(-1e50), -5e99) <= 5e-15);
}

TEST_CASE("log_h is finite, increasing and concave over all magnitudes") {
    for (const double z : {-1e100, 1e100, std::numeric_limits<double>::min(), -std::numeric_limits<double>::min()}) {
        CHECK(std::isfinite(log_h(z)));
        CHECK(std::isfinite(log_h_derivative(z)));
    }
    for (double z = -40; z < 5; z += 1.0 / 64) {
        CAPTURE(z);
        CHECK(log_h(z + 1.0 / 64) > log_h(z));
        CHECK(log_h_derivative(z + 1.0 / 64) < log_h_derivative(z));
    }
}

TEST_CASE("log_h passes smoothly over the points where its formula changes") {
    for (const double seam : {-1.0, -3.0}) {
        const double below = std::nextafter(seam, -10.0), above = std::nextafter(seam, 10.0);
        CHECK(relative_error(log_h(below), log_h(above)) < 5e-15);
        CHECK(relative_error(log_h_derivative(below), log_h_derivative(above)) < 1e-13);
    }
}

TEST_CASE("the distribution function keeps its digits in the tail") {
    CHECK(normal_cdf(0) == 0.5);
    CHECK(relative_error(normal_cdf(-10), 7.6198530241605260e-24) < 1e-14);
    CHECK(relative_error(normal_cdf(1), 0.84134474606854294859) < 1e-15);
    CHECK(relative_error(normal_pdf(1), 0.24197072451914334980) < 1e-15);
}
