// SPDX-License-Identifier: Apache-2.0
#include <bouillon/search/regret.hpp>

#include <bouillon/acquisition/guarded.hpp>
#include <bouillon/acquisition/log_noisy_expected_improvement.hpp>
#include <bouillon/core/blas.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/search/bayesian_search.hpp>
#include <bouillon/space/box.hpp>
#include <bouillon/space/interval.hpp>

#include "guarded_problem.hpp"
#include "objectives.hpp"
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

using namespace bouillon;

namespace {

using line_search = bayesian_search<interval, log_noisy_expected_improvement>;

/// Noisy trials on the curve of a merge.
line_search searched_line(std::size_t trials, double noise) {
    line_search search(interval{.lower = 0, .upper = 1}, {.budget = 60});
    random_engine engine = make_engine(10000);
    while (search.history().size() < trials) {
        const trial next = search.suggest();
        search.observe(next, merge_curve(next.point[0]) + noise * normal(engine), noise * noise);
    }
    return search;
}

double true_regret(const line_search& search) {
    return merge_curve(search.recommendation().point[0]) - merge_curve_minimum();
}

/// The regrets of plain posterior paths (paths), drawn with a factor of the posterior's covariance on the grid, whose
/// entries are computed one by one from the surrogate's regression.
std::vector<double> regrets_of_paths(const line_search& search, std::size_t paths) {
    const auto now = search.belief();
    const auto& surrogate = now.surrogate;
    const auto& data = surrogate.data();
    const std::size_t n = data.size(), m = 258;
    std::vector<double> points = now.answer;  // (m): recommended, then the grid
    for (std::size_t i = 0; i + 1 < m; ++i) points.push_back(static_cast<double>(i) / 256);
    const auto k = [&](double x, double y) {
        double value = 0;
        surrogate.prior_covariance(std::span(&x, 1), std::span(&y, 1), std::span(&value, 1));
        return value;
    };
    // reduced(i, p) = [L^-1 k(data, point_p)]_i by forward substitution
    const auto& factor = surrogate.regression().factor;
    std::vector<double> means(m, surrogate.regression().mean), reduced(n * m), covariance(m * m);
    for (std::size_t p = 0; p < m; ++p)
        for (std::size_t i = 0; i < n; ++i) {
            const double prior = k(data.points[i], points[p]);
            means[p] += prior * surrogate.regression().coefficients[i];
            double value = prior;
            for (std::size_t j = 0; j < i; ++j) value -= factor[i * n + j] * reduced[j * m + p];
            reduced[i * m + p] = value / factor[i * n + i];
        }
    for (std::size_t p = 0; p < m; ++p)
        for (std::size_t q = 0; q <= p; ++q) {
            double value = k(points[p], points[q]) + (p == q ? 1e-8 : 0);
            for (std::size_t i = 0; i < n; ++i) value -= reduced[i * m + p] * reduced[i * m + q];
            for (std::size_t j = 0; j < q; ++j) value -= covariance[p * m + j] * covariance[q * m + j];
            covariance[p * m + q] = p == q ? std::sqrt(value) : value / covariance[q * m + q];
        }
    constexpr std::size_t batch = 1000;
    std::vector<double> normals(m * batch), values(m * batch);
    random_engine engine = make_engine(77);
    std::vector<double> regrets;
    for (std::size_t done = 0; done < paths; done += batch) {
        for (double& number : normals) number = normal(engine);
        for (std::size_t p = 0; p < m; ++p) std::fill_n(&values[p * batch], batch, means[p]);
        detail::gemm(false, false, m, batch, m, 1.0, covariance.data(), m, normals.data(), batch, 1.0, values.data(),
                     batch);
        for (std::size_t s = 0; s < batch; ++s) {
            double largest = values[s];
            for (std::size_t p = 1; p < m; ++p) largest = std::max(largest, values[p * batch + s]);
            const auto& seen = surrogate.standardisation();
            regrets.push_back(seen.score(largest) - seen.score(values[s]));
        }
    }
    return regrets;
}

}  // namespace

TEST_CASE("on a line, the probability of a small regret is that of a hundred thousand posterior paths") {
    const auto search = searched_line(8, 0.003);
    const auto regrets = regrets_of_paths(search, 100000);
    for (const double at_most : {0.0005, 0.001, 0.002}) {
        CAPTURE(at_most);
        const auto small = std::count_if(regrets.begin(), regrets.end(), [&](double r) { return r <= at_most; });
        const double reference = static_cast<double>(small) / 1e5;
        const double error = std::sqrt(reference * (1 - reference) / 4096);
        CHECK(reference > 0.02);
        CHECK(reference < 0.98);
        CHECK(std::abs(regret_probably_below{.draws = 4096}.probability(search, at_most) - reference) < 4 * error);
    }
}

TEST_CASE("the probability of a small regret grows with what is small") {
    const auto search = searched_line(8, 0.003);
    double last = 0;
    for (const double at_most : {0.0, 0.001, 0.003, 0.01, 1.0}) {
        const double probability = regret_probably_below{}.probability(search, at_most);
        CHECK(probability >= last);
        last = probability;
    }
    CHECK(last == 1);
}

TEST_CASE("the regret stays below its bound, which shrinks as the search goes on") {
    double first = 0, last = 0;
    for (const std::size_t trials : {4, 8, 16, 30}) {
        const auto search = searched_line(trials, 0.003);
        last = regret_below{}.bound(search);
        if (trials == 4) first = last;
        CHECK(true_regret(search) <= last);
    }
    CHECK(last < 0.3 * first);
}

TEST_CASE("searches of noisy losses stop by themselves, with a regret of the noise's size") {
    const auto check = [](const auto& stop) {
        line_search search(interval{.lower = 0, .upper = 1}, {.budget = 60});
        random_engine engine = make_engine(10000);
        CHECK_FALSE(stop(search));
        while (!search.done() && !stop(search)) {
            const trial next = search.suggest();
            search.observe(next, merge_curve(next.point[0]) + 0.003 * normal(engine), 9e-6);
        }
        MESSAGE("trials: " << search.history().size() << ", regret " << true_regret(search));
        CHECK(search.history().size() >= 4);
        CHECK(search.history().size() < 50);
        CHECK(true_regret(search) < 0.003);
    };
    check(regret_below{});
    check(regret_probably_below{});
    check(improvement_below{5e-4});
}

TEST_CASE("without noise the default thresholds never stop a search, and given ones do") {
    bayesian_search search(box{{-5, 0}, {10, 15}}, {.budget = 40});
    std::size_t by_bound = 0, by_improvement = 0, by_probability = 0;
    while (!search.done()) {
        const trial next = search.suggest();
        search.observe(next, branin(next.point), 0);
        CHECK_FALSE(regret_below{}(search));
        if (by_bound == 0 && regret_below{0.1}(search)) by_bound = next.ticket;
        if (by_improvement == 0 && improvement_below{0.01}(search)) by_improvement = next.ticket;
        if (by_probability == 0 && regret_probably_below{0.1}(search)) by_probability = next.ticket;
    }
    MESSAGE("stopped by bound " << by_bound << ", improvement " << by_improvement << ", probability "
                                << by_probability);
    CHECK(by_bound > 5);
    CHECK(by_improvement > 5);
    CHECK(by_probability > 5);
}

TEST_CASE("where the noise is not known, the fitted one is the threshold") {
    line_search search(interval{.lower = 0, .upper = 1}, {.budget = 50});
    random_engine engine = make_engine(10001);
    while (!search.done() && !regret_below{}(search)) {
        const trial next = search.suggest();
        search.observe(next, merge_curve(next.point[0]) + 0.003 * normal(engine));
    }
    MESSAGE("trials: " << search.history().size() << ", regret " << true_regret(search));
    CHECK(search.history().size() < 50);
    CHECK(true_regret(search) < 0.006);
}

TEST_CASE("regret rules refuse numbers that they cannot have by name and value") {
    CHECK_NOTHROW(regret_below{}.check());
    CHECK_THROWS_AS(regret_below{.loss = NAN}.check(), input_error);
    CHECK_THROWS_AS((regret_below{.loss = 1, .schedule = {0}}.check()), input_error);
    CHECK_THROWS_WITH_AS(regret_probably_below{.draws = 0}.check(),
                         "regret_probably_below.draws is 0, but it must be 1 or more", input_error);
    CHECK_THROWS_WITH_AS(regret_probably_below{.certainty = 95}.check(),
                         "regret_probably_below.certainty is 95, but it must be above 0 and at most 1", input_error);
    CHECK_THROWS_AS(regret_probably_below{.loss = NAN}.check(), input_error);
    CHECK_THROWS_AS(improvement_below{NAN}.check(), input_error);
    CHECK_THROWS_AS(improvement_below{NAN}(bayesian_search(interval{})), input_error);
}

TEST_CASE("with guards the regret is against what keeps them") {
    const guarded_problem problem{.noise = 0.02};
    bayesian_search<box, guarded<log_noisy_expected_improvement>> search(box{{0, 0}, {1, 1}}, problem.options(25));
    problem.run(search);
    const double regret =
        guarded_problem::loss(search.recommendation().point) + 0.7906;  // of the best within the circle
    MESSAGE("regret " << regret << ", bound " << regret_below{}.bound(search) << ", improvement "
                      << improvement_below{}.largest(search));
    CHECK(regret < 0.05);
    CHECK(regret_below{}.bound(search) < 0.2);  // without guards another 0.7 could be gained
    CHECK(regret_below{}.bound(search) > regret);
    CHECK(regret_probably_below{}.probability(search, 0.1) > 0.9);
    CHECK(regret_probably_below{}.probability(search, -0.1) < 0.1);
    CHECK(improvement_below{}.largest(search) < 0.02);
    CHECK(regret_below{0.2}(search));
}

TEST_CASE("no regret is small as long as nothing keeps the guards") {
    guarded_problem problem{.allowed = 0};
    bayesian_search<box, guarded<log_noisy_expected_improvement>> search(box{{0.7, 0}, {1, 1}}, problem.options(6));
    problem.run(search);
    REQUIRE_FALSE(search.recommendation().keeps_guards);
    CHECK_FALSE(regret_below{10}(search));
    CHECK_FALSE(regret_probably_below{10}(search));
    CHECK_FALSE(improvement_below{10}(search));
}
