// SPDX-License-Identifier: Apache-2.0
#include <bouillon/surrogate/standardisation.hpp>

#include <bouillon/core/error.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

using namespace bouillon;

namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("scores without a spread take the scale of their noise, or none") {
    const std::vector<double> one = {7}, equal = {7, 7, 7}, none;
    CHECK(standardise(one, std::vector<double>{4}).scale == 2);
    CHECK(standardise(equal, std::vector<double>{4, unknown, 0}).scale == 2);
    CHECK(standardise(one, std::vector<double>{0}).scale == 1);
    CHECK(standardise(equal, std::vector<double>(3, unknown)).scale == 1);
    CHECK(standardise(equal, std::vector<double>(3, unknown)).centre == doctest::Approx(7).epsilon(1e-15));
    for (const double value : {3.0, 0.1, -2.3})  // three of them have a mean that is not the value
        CHECK(standardise(std::vector<double>(7, value), std::vector<double>(7, unknown)).scale == 1);
    CHECK(standardise(none, none).scale == 1);
}

TEST_CASE("scores that agree better than their noise allows are scaled by the noise") {
    const std::vector<double> close = {7, 7 + 1e-6}, apart = {7, 17};
    CHECK(standardise(close, std::vector<double>{4, 4}).scale == 2);
    CHECK(standardise(apart, std::vector<double>{4, 4}).scale == doctest::Approx(std::sqrt(50.0)).epsilon(1e-15));
    // one hopeless observation among good ones does not drown the spread
    CHECK(standardise(close, std::vector<double>{4, 1e12}).scale == doctest::Approx(std::sqrt(8.0)).epsilon(1e-9));
}

TEST_CASE("scores of any size are standardised, up to where their spread overflows") {
    for (const double size : {1e-300, 1e-160, 1e160, 1e300}) {
        const auto by = standardise(std::vector<double>{size, 3 * size}, std::vector<double>{0, 0});
        CHECK(by.scale / size == doctest::Approx(std::sqrt(2.0)).epsilon(1e-14));
    }
    CHECK_THROWS_AS(standardise(std::vector<double>{1.7e308, -1.7e308}, std::vector<double>{0, 0}), input_error);
}

TEST_CASE("compression leaves the better half of the scores as it is, and is undone") {
    const std::vector<double> scores = {-1000, -3, 1, 2, 4}, variances(5, unknown);
    const auto by = standardise(scores, variances, compression::once);
    CHECK(by.knee == 1);
    CHECK(by.width == 3);
    for (const double score : {1.0, 1.5, 4.0, 9.0}) CHECK(by(score) == (score - by.centre) / by.scale);
    CHECK(by(-1000) == doctest::Approx((1 - 3 * std::log(1 + 1001.0 / 3) - by.centre) / by.scale).epsilon(1e-14));
    for (const double score : {-1e9, -1000.0, -3.0, 0.999, 1.0, 4.0, 50.0})
        CHECK(by.score(by(score)) == doctest::Approx(score).epsilon(1e-12));
    double sum = 0;
    for (const double score : scores) sum += by(score);
    CHECK(std::abs(sum) < 1e-14);
}

TEST_CASE("scores compressed twice are near the others however poor, and uncompressed again") {
    const std::vector<double> scores = {-1e308, -1e30, -1e6, -3, 1, 2, 4, 5, 6}, variances(9, unknown);
    const auto once = standardise(scores, variances, compression::once);
    const auto twice = standardise(scores, variances, compression::twice);
    CHECK((once.knee - once.compressed(-1e308)) / once.width > 700);
    CHECK((twice.knee - twice.compressed(-1e308)) / twice.width < 7);
    for (const double score : {-1e308, -1e30, -1e6, -3.0, 0.999, 1.0, 4.0, 50.0}) {
        CHECK(twice.score(twice(score)) == doctest::Approx(score).epsilon(1e-10));
        CHECK(twice.slope(score) > 0);
    }
}

TEST_CASE("the slope of a standardised score agrees with central differences") {
    for (const compression poor : {compression::once, compression::twice}) {
        const std::vector<double> scores = {-70, -3, 1, 2, 4}, variances(5, unknown);
        const auto by = standardise(scores, variances, poor);
        for (const double score : {-50.0, -1.0, 0.9, 2.0, 5.0}) {
            const double step = 1e-5, difference = (by(score + step) - by(score - step)) / (2 * step);
            CHECK(by.slope(score) == doctest::Approx(difference).epsilon(1e-8));
        }
    }
}

TEST_CASE("scores whose better half is all equal, and no scores, are not compressed") {
    CHECK(standardise(std::vector<double>{0, 2, 2}, std::vector<double>(3, 0.0), compression::once)(0) ==
          standardise(std::vector<double>{0, 2, 2}, std::vector<double>(3, 0.0))(0));
    CHECK(standardise({}, {}, compression::once).scale == 1);
}

TEST_CASE("scaling by a power of two changes no bit of a compressed score") {
    const std::vector<double> scores = {-7, -0.3, 0.1, 0.2, 0.25}, variances(5, 1e-4);
    const auto by = standardise(scores, variances, compression::once);
    for (const double factor : {0x1p-40, 0x1p33}) {
        auto scaled = scores, scaled_variances = variances;
        for (double& score : scaled) score *= factor;
        for (double& variance : scaled_variances) variance *= factor * factor;
        const auto same = standardise(scaled, scaled_variances, compression::once);
        for (std::size_t i = 0; i < scores.size(); ++i) CHECK(same(scaled[i]) == by(scores[i]));
    }
}
