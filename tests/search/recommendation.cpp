// SPDX-License-Identifier: Apache-2.0
#include <bouillon/search/recommendation.hpp>

#include <bouillon/core/random.hpp>
#include <bouillon/kernel/matern52.hpp>
#include <bouillon/space/interval.hpp>
#include <bouillon/surrogate/gaussian_process.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

using namespace bouillon;

namespace {

/// Scores of a parabola with its maximum at 0.6 at 0, 0.1, ..., 1, with noise of a variance.
training_data parabola(double variance) {
    auto engine = make_engine(2);
    training_data data;
    for (int i = 0; i <= 10; ++i) {
        const double x = 0.1 * i;
        data.add(std::vector{x}, -std::pow(x - 0.6, 2) + std::sqrt(variance) * normal(engine), variance);
    }
    data.successes = 11;
    return data;
}

template <class Kernel>
std::vector<double> answer_to(const training_data& data, const gaussian_process<Kernel>& model) {
    auto engine = make_engine(1);
    return detail::countable_best(model, data, interval{}, engine, {});
}

gaussian_process<> fitted(const training_data& data) {
    gaussian_process<> model(1);
    model.fit(data.points, data.scores, data.variances);
    return model;
}

}  // namespace

TEST_CASE("the best of certain scores is recommended, whatever the surrogate thinks of its neighbours") {
    auto data = parabola(0);
    data.scores[3] = 0.001;  // an outlier that no parabola explains
    const auto model = fitted(data);
    CHECK(answer_to(data, model)[0] == data.points[3]);
}

TEST_CASE("a point between trials is recommended only where it is known nearly as well as the best one tried") {
    training_data data;  // of a parabola with its maximum in a gap; their variance is not known
    for (const double x : {0.0, 0.1, 0.2, 0.3, 0.75, 0.9, 1.0})
        data.add(std::vector{x}, -std::pow(x - 0.5, 2), std::numeric_limits<double>::quiet_NaN());
    data.successes = 7;
    const auto model = fitted(data);
    const auto belief = [&](double x) { return model.predict({&x, 1}); };
    const auto countable = [&](double x) { return belief(x).mean - std::sqrt(belief(x).variance); };
    REQUIRE(countable(0.5) > countable(0.3));
    const double answer = answer_to(data, model)[0];
    CHECK(answer == doctest::Approx(0.3).epsilon(0.1));
    CHECK(belief(answer).variance <= 4 * belief(0.3).variance);
}

TEST_CASE("under noise no point has a larger mean less one deviation than the recommended one") {
    const auto data = parabola(0.003);
    const auto model = fitted(data);
    const auto countable = [&](double x) {
        const auto belief = model.predict({&x, 1});
        return belief.mean - std::sqrt(belief.variance);
    };
    const double answer = answer_to(data, model)[0];
    CHECK(answer == doctest::Approx(0.6).epsilon(0.2));
    for (int i = 0; i <= 1000; ++i) CHECK(countable(0.001 * i) <= countable(answer) + 1e-9);
}

TEST_CASE("failures are never recommended") {
    auto data = parabola(0.003);
    data.add(std::vector{0.55}, 5, 0.003);  // what stands for a failure, were it ever so good
    const auto model = fitted(data);
    CHECK(answer_to(data, model)[0] != 0.55);
}

TEST_CASE("on a rough function the best trial is recommended, not the middle of a smooth part") {
    auto engine = make_engine(4);
    training_data data;
    for (int i = 0; i < 30; ++i)
        data.add(std::vector{i / 29.0}, normal(engine) - 4 * std::pow(i / 29.0 - 0.8, 2), 1e-4);
    data.scores[7] = 3;
    data.successes = 30;
    gaussian_process<matern52> model(1, {}, {.priors = {.kernel = {{.mean = 0, .deviation = 0.1}}}});
    model.fit(data.points, data.scores, data.variances);
    CHECK(answer_to(data, model)[0] == data.points[7]);
}
