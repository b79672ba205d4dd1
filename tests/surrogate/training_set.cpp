// SPDX-License-Identifier: Apache-2.0
#include <bouillon/surrogate/training_set.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <initializer_list>
#include <limits>
#include <vector>

using namespace bouillon;

namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

training_set merged(const std::vector<double>& scores, const std::vector<double>& variances) {
    return make_training_set(1, std::vector<double>(scores.size(), 0.5), scores, variances, {});
}

}  // namespace

TEST_CASE("scores are standardised by their mean and sample deviation") {
    const auto by = standardise(std::vector<double>{1, 3, 5}, std::vector<double>{0, 0, 0});
    CHECK(by.centre == doctest::Approx(3).epsilon(1e-15));
    CHECK(by.scale == doctest::Approx(2).epsilon(1e-15));
    const auto data = make_training_set(1, std::vector<double>{0, .5, 1}, std::vector<double>{1, 3, 5},
                                        std::vector<double>{.4, .8, unknown}, by);
    CHECK(data.scores[0] == doctest::Approx(-1).epsilon(1e-15));
    CHECK(data.variances[1] == doctest::Approx(.2).epsilon(1e-15));
    CHECK(std::isnan(data.variances[2]));
}

TEST_CASE("scaling by a power of two changes no bit of the standardised scores") {
    const std::vector<double> points = {0, .2, .5, .9}, scores = {.1, .75, .333, -2.1},
                              variances = {.1, 0, unknown, .3};
    const auto data = make_training_set(1, points, scores, variances, standardise(scores, variances));
    for (const double scale : {0x1p-20, 0x1p20}) {
        auto scaled = scores, scaled_variances = variances;
        for (double& score : scaled) score *= scale;
        for (double& variance : scaled_variances) variance *= scale * scale;
        const auto same = make_training_set(1, points, scaled, scaled_variances, standardise(scaled, scaled_variances));
        CHECK(same.scores == data.scores);
        CHECK(same.variances[0] == data.variances[0]);
        CHECK(same.variances[3] == data.variances[3]);
    }
}

TEST_CASE("replicates of known variance become their mean by inverse variance") {
    const auto data = merged({1, 2, 4}, {.5, .25, 1});
    REQUIRE(data.size() == 1);
    CHECK(data.scores[0] == doctest::Approx((2 * 1 + 4 * 2 + 1 * 4) / 7.0).epsilon(1e-15));
    CHECK(data.variances[0] == doctest::Approx(1 / 7.0).epsilon(1e-15));
}

TEST_CASE("certain replicates count alike and outweigh uncertain ones, in any order") {
    for (const auto& [scores, variances] : std::initializer_list<std::pair<std::vector<double>, std::vector<double>>>{
             {{1, 3, 8, 100}, {0, 0, 0, 1}}, {{100, 1, 3, 8}, {1, 0, 0, 0}}, {{1, 100, 3, 8}, {0, 1, 0, 0}}}) {
        const auto data = merged(scores, variances);
        REQUIRE(data.size() == 1);
        CHECK(data.scores[0] == doctest::Approx(4).epsilon(1e-15));
        CHECK(data.variances[0] == 0);
    }
}

TEST_CASE("replicates of unknown variance stay apart: their scatter tells the noise") {
    const auto data = merged({1, 2, 3, 5}, {unknown, unknown, 1, 1});
    CHECK(data.size() == 3);
    CHECK(data.scores == std::vector<double>{1, 2, 4});
    CHECK(data.variances[2] == 0.5);
}

TEST_CASE("points that differ in one bit are no replicates") {
    const std::vector<double> points = {0.5, std::nextafter(0.5, 1)};
    CHECK(make_training_set(1, points, points, std::vector<double>{1, 1}, {}).size() == 2);
    CHECK(make_training_set(2, points, std::vector<double>{1}, std::vector<double>{1}, {}).size() == 1);
}

TEST_CASE("numbers that cannot be used are refused by name") {
    const std::vector<double> points = {0, 1}, fine = {1, 2};
    CHECK_THROWS_WITH_AS(make_training_set(1, points, std::vector<double>{1, unknown}, fine, {}),
                         "surrogate: the score of observation 1 is nan", input_error);
    CHECK_THROWS_WITH_AS(make_training_set(1, points, std::vector<double>{-infinity, 1}, fine, {}),
                         "surrogate: the score of observation 0 is -inf", input_error);
    CHECK_THROWS_WITH_AS(make_training_set(1, points, fine, std::vector<double>{1, -0.5}, {}),
                         "surrogate: the variance of observation 1 is -0.5", input_error);
    CHECK_THROWS_WITH_AS(make_training_set(1, points, fine, std::vector<double>{infinity, 1}, {}),
                         "surrogate: the variance of observation 0 is inf", input_error);
    CHECK_THROWS_WITH_AS(make_training_set(1, std::vector<double>{0, unknown}, fine, fine, {}),
                         "surrogate: coordinate 0 of observation 1 is nan", input_error);
    CHECK_THROWS_WITH_AS(make_training_set(3, points, fine, std::vector<double>{1}, {}),
                         "surrogate: 2 scores in 3 dimensions, but 2 coordinates and 1 variances", input_error);
}

TEST_CASE("a variance goes with the square of the slope at its score") {
    const std::vector<double> scores = {-9, 1, 2, 4}, variances = {1, 1, 1, 1}, points = {0, .1, .2, .3};
    const auto by = standardise(scores, variances, compression::once);
    const auto data = make_training_set(1, points, scores, variances, by);
    CHECK(data.variances[3] == doctest::Approx(1 / by.scale / by.scale).epsilon(1e-15));
    CHECK(data.variances[0] == doctest::Approx(std::pow(by.slope(-9), 2)).epsilon(1e-15));
    CHECK(data.variances[0] < data.variances[3]);
}
