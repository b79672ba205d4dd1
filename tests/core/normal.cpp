// SPDX-License-Identifier: Apache-2.0
#include <bouillon/core/normal.hpp>

#include <doctest/doctest.h>

#include <algorithm>
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

TEST_CASE("log_h passes smoothly over the point where its formula changes") {
    for (const double seam : {-1.0}) {
        const double below = std::nextafter(seam, -10.0), above = std::nextafter(seam, 10.0);
        CHECK(relative_error(log_h(below), log_h(above)) < 5e-15);
        CHECK(relative_error(log_h_derivative(below), log_h_derivative(above)) < 1e-13);
    }
}

TEST_CASE("the distribution function keeps its digits in the tail") {
    CHECK(normal_cdf(0.0) == 0.5);
    CHECK(relative_error(normal_cdf(-10.0), 7.6198530241605260e-24) < 1e-14);
    CHECK(relative_error(normal_cdf(1.0), 0.84134474606854294859) < 1e-15);
    CHECK(relative_error(normal_pdf(1.0), 0.24197072451914334980) < 1e-15);
}

TEST_CASE("the logarithm of the distribution function and its derivative have their reference values in both tails") {
    const row known[] = {// computed with mpmath at 60 digits
                         {-0.5, -1.1759117615936186089, 1.1410777703680644809},
                         {-1, -1.8410216450092635058, 1.5251352761609812091},
                         {-2, -3.7831843336820319488, 2.3732155328228408673},
                         {-3, -6.6077262215103495433, 3.2830986549304365069},
                         {-5, -15.064998393988725736, 5.1865039671258421156},
                         {-10, -53.231285150512470578, 10.098093233962511963},
                         {-38, -726.5572160188201301, 38.026279466575868988},
                         {-100, -5005.5242086942050886, 100.00999800099926071},
                         {-1e4, -50000010.129278915181, 10000.000099999998},
                         {0, -0.69314718055994530942, 0.79788456080286535588},
                         {1, -0.17275377902344988953, 0.28759997093917836123},
                         {3, -0.0013508099647481937988, 0.0044378390421256637933},
                         {8, -6.2209605742717860585e-16, 5.0522710835368954309e-15},
                         {20, -2.7536241186062336951e-89, 5.5209483621597631896e-88}};
    for (const row& expected : known) {
        CAPTURE(expected.z);
        CHECK(relative_error(log_normal_cdf(expected.z), expected.log_h) <= 2e-14);
        CHECK(relative_error(log_normal_cdf_derivative(expected.z), expected.derivative) <= 1e-13);
    }
}

TEST_CASE("single precision agrees with double precision") {
    for (float z = -2000; z < 5; z += z < -50 ? 1.0f : 1.0f / 256) {
        CAPTURE(z);
        const double exact = z;
        CHECK(std::abs(log_h(z) - log_h(exact)) <= 5e-7 * std::max(std::abs(log_h(exact)), 1.0));
        CHECK(relative_error(log_h_derivative(z), log_h_derivative(exact)) <= 5e-6);
        CHECK(std::abs(log_normal_cdf(z) - log_normal_cdf(exact)) <=
              5e-7 * std::max(std::abs(log_normal_cdf(exact)), 1.0));
    }
    CHECK(std::isfinite(log_h(-1e18f)));
}

TEST_CASE("quantiles have their reference values") {
    const double known[][2] = {
        // computed with mpmath at 40 digits
        {0.001, -3.0902323061678135354}, {0.075, -1.4395314709384559349},  {0.075001, -1.4395244066035214827},
        {0.3, -0.52440051270804081597},  {0.7, 0.52440051270804065631},    {0.925, 1.4395314709384562291},
        {1e-5, -4.2648907939228246102},  {1e-11, -6.7060231554951362961},  {2e-11, -6.6040775904056342776},
        {1e-20, -9.2623400897984075796}, {1e-100, -21.273453560965324294}, {1e-300, -37.047096299361199237}};
    for (const auto& expected : known) {
        CAPTURE(expected[0]);
        CHECK(relative_error(normal_quantile(expected[0]), expected[1]) <= 1e-15);
    }
    CHECK(normal_quantile(0.5) == 0);
    CHECK(normal_quantile(0) == -HUGE_VAL);
    CHECK(normal_quantile(1) == HUGE_VAL);
    CHECK(std::isnan(normal_quantile(1.5)));
}

TEST_CASE("a quantile is where the distribution function has its value") {
    for (double p = 1.0 / 1024; p < 1; p += 1.0 / 1024)
        CHECK(normal_cdf(normal_quantile(p)) == doctest::Approx(p).epsilon(1e-14));
}
