// SPDX-License-Identifier: Apache-2.0
#include <bouillon/search/best_tried.hpp>

#include <bouillon/core/random.hpp>
#include <bouillon/kernel/matern52.hpp>
#include <bouillon/surrogate/gaussian_process.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace bouillon;

namespace {

/// Scores of a parabola with its maximum at 0.6 at 0, 0.1, ..., 1, all of one variance.
training_data parabola(double variance) {
    training_data data;
    for (int i = 0; i <= 10; ++i) data.add(std::vector{0.1 * i}, -std::pow(0.1 * i - 0.6, 2), variance);
    data.successes = data.size();
    return data;
}

gaussian_process<> fitted(const training_data& data) {
    gaussian_process<> model(1);
    model.fit(data.points, data.scores, data.variances);
    return model;
}

}  // namespace

TEST_CASE("the best of certain scores is the largest, whatever the surrogate thinks of its neighbours") {
    auto data = parabola(0);
    data.scores[3] = 0.001;  // an outlier that no parabola explains
    const auto model = fitted(data);
    const auto best = detail::best_tried(model, data);
    CHECK(best.index == 3);
    CHECK(best.mean == model.standardisation()(0.001));
}

TEST_CASE("under noise the best is where the posterior mean is largest, not the luckiest score") {
    auto data = parabola(0.003);
    data.scores[1] = 0.01;
    const auto model = fitted(data);
    const auto best = detail::best_tried(model, data);
    CHECK(best.index != 1);
    CHECK(best.mean == doctest::Approx(model.predict(data.point(best.index)).mean).epsilon(1e-12));
}

TEST_CASE("a failure is never the best") {
    auto data = parabola(0.003);
    data.add(std::vector{0.55}, 5, 0.003);  // what stands for it, were it ever so good
    CHECK(detail::best_tried(fitted(data), data).index < data.successes);
}

TEST_CASE("of scores that standardisation makes equal the larger one is the best") {
    auto data = parabola(0);
    data.scores[0] = data.scores[5] = data.scores[10] = -1e308;
    gaussian_process<> model(1, {}, {.compression = false});
    model.fit(data.points, data.scores, data.variances);
    REQUIRE(model.standardisation()(data.scores[6]) == model.standardisation()(data.scores[1]));
    CHECK(detail::best_tried(model, data).index == 6);
}

TEST_CASE("on a rough function a trial keeps what its own observation says of it") {
    auto engine = make_engine(4);
    training_data data;  // 30 scores without any smooth part, of which one is far better than its noise
    for (int i = 0; i < 30; ++i) data.add(std::vector{i / 29.0}, normal(engine), 1e-4);
    data.scores[11] = 3;
    data.successes = 30;
    gaussian_process<matern52> model(1, {}, {.priors = {.kernel = {{.mean = 0, .deviation = 0.1}}}});
    model.fit(data.points, data.scores, data.variances);
    REQUIRE(model.predict(data.point(11)).mean < model.standardisation()(2));
    CHECK(detail::best_tried(model, data).index == 11);
    CHECK(detail::best_tried(model, data).mean > model.standardisation()(2.9));
}
