// SPDX-License-Identifier: Apache-2.0
#include <bouillon/search/document_regression.hpp>

#include <bouillon/core/random.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <numeric>

using namespace bouillon;

namespace {

constexpr std::size_t documents = 40;

/// Losses (documents) of merges of three checkpoints: each document has a level, tastes of its own among the
/// checkpoints and a gain from averaging, and something that no other merge tells.
std::vector<double> losses_of(std::span<const double> w) {
    random_engine engine = make_engine(5);
    random_engine own = make_engine(6, static_cast<std::uint64_t>(1e6 * w[0] + 1e3 * w[1]));
    std::vector<double> losses(documents);
    const double squares = w[0] * w[0] + w[1] * w[1] + w[2] * w[2];
    for (double& loss : losses) {
        loss = 3 + normal(engine);
        for (const double weight : w) loss += 0.05 * weight * normal(engine);
        loss += 0.1 * (1 + 0.3 * normal(engine)) * squares + 0.001 * normal(own);
    }
    return losses;
}

document_regression known_merges() {
    document_regression known;
    for (const std::vector<double>& w : {std::vector<double>{0, 0, 1}, {0, 1, 0}, {1, 0, 0}, {0, 0.5, 0.5}})
        known.add(w, losses_of(w));
    return known;
}

double mean_of(std::span<const double> values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

std::vector<double> pick(std::span<const double> losses, std::span<const std::size_t> which) {
    std::vector<double> picked;
    for (const std::size_t i : which) picked.push_back(losses[i]);
    return picked;
}

/// The first n of a random order of the documents.
std::vector<std::size_t> draw(std::size_t n, random_engine& engine) {
    std::vector<std::size_t> order(documents);
    std::iota(order.begin(), order.end(), std::size_t{0});
    for (std::size_t i = 0; i < n; ++i)
        std::swap(order[i], order[i + static_cast<std::size_t>(uniform(engine) * double(documents - i))]);
    order.resize(n);
    return order;
}

const std::vector<double> candidate = {0.2, 0.35, 0.45};

}  // namespace

TEST_CASE("with all documents scored nothing is predicted and nothing is uncertain") {
    const auto losses = losses_of(candidate);
    std::vector<std::size_t> all(documents);
    std::iota(all.begin(), all.end(), std::size_t{0});
    const auto completed = known_merges().complete(candidate, all, losses);
    CHECK(completed.losses == losses);
    CHECK(completed.sampling_variance == 0);
}

TEST_CASE("documents that were scored keep their losses, and a merge that is known is predicted as it is") {
    const auto known = known_merges();
    const std::vector<std::size_t> scored = {3, 30, 12};
    const auto losses = losses_of(candidate);
    const auto completed = known.complete(candidate, scored, pick(losses, scored));
    for (const std::size_t i : scored) CHECK(completed.losses[i] == losses[i]);

    const std::vector<double> pair = {0, 0.5, 0.5};
    const auto truth = losses_of(pair);
    const auto again = known.complete(pair, scored, pick(truth, scored));
    for (std::size_t j = 0; j < documents; ++j) CHECK(again.losses[j] == doctest::Approx(truth[j]).epsilon(1e-3));
}

TEST_CASE("what is predicted is the kriging between weights that a plain reference gives") {
    // two known merges at distance 1: C = c + [[1 + g, e], [e, 1 + g]], solved by hand
    const std::vector<double> u = {0, 1}, v = {1, 0}, w = {0.5, 0.5};
    const std::vector<double> first = {1, 2, 4, 8}, second = {2, 2, 5, 9};
    document_regression known;
    known.add(u, first);
    known.add(v, second);
    const std::vector<std::size_t> scored = {0, 2};
    const auto completed = known.complete(w, scored, std::vector{1.4, 4.6});
    // halfway, so both coefficients are 1/2 but for what is left to a sum of 1, which the first merge takes
    const double b = (100 + std::exp(-0.25)) / (200 + 1 + 1e-3 + std::exp(-1.0));
    std::vector<double> predicted(4);
    for (std::size_t j = 0; j < 4; ++j) predicted[j] = (1 - b) * first[j] + b * second[j];
    const double shift = (1.4 - predicted[0] + 4.6 - predicted[2]) / 2;
    CHECK(completed.losses[1] == doctest::Approx(predicted[1] + shift));
    CHECK(completed.losses[3] == doctest::Approx(predicted[3] + shift));
}

TEST_CASE("the estimate has no bias, and a variance of the size that it says, far below that of a plain mean") {
    const auto known = known_merges();
    const auto losses = losses_of(candidate);
    const double truth = mean_of(losses);
    random_engine engine = make_engine(7);
    double bias = 0, squares = 0, plain = 0, stated = 0;
    constexpr std::size_t draws = 4000;
    for (std::size_t draw_number = 0; draw_number < draws; ++draw_number) {
        const auto scored = draw(5, engine);
        const auto completed = known.complete(candidate, scored, pick(losses, scored));
        const double error = mean_of(completed.losses) - truth;
        bias += error / draws;
        squares += error * error / draws;
        plain += std::pow(mean_of(pick(losses, scored)) - truth, 2) / draws;
        stated += completed.sampling_variance / draws;
    }
    CHECK(std::abs(bias) < 4 * std::sqrt(squares / draws));
    CHECK(stated > 0.5 * squares);
    CHECK(stated < 5 * squares);
    CHECK(squares < plain / 1000);
}

TEST_CASE("one known merge is enough, and then only the scored documents tell the scatter") {
    document_regression known;
    known.add(std::vector{0.0, 0.0, 1.0}, losses_of(std::vector{0.0, 0.0, 1.0}));
    const auto losses = losses_of(candidate);
    const std::vector<std::size_t> scored = {1, 5, 20, 33};
    const auto completed = known.complete(candidate, scored, pick(losses, scored));
    CHECK(completed.degrees_of_freedom == 3);
    CHECK(completed.sampling_variance > 0);
    CHECK(std::abs(mean_of(completed.losses) - mean_of(losses)) < 5 * std::sqrt(completed.sampling_variance));
}

TEST_CASE("weights of groups that are all alike are the merge with one weight a checkpoint") {
    const auto known = known_merges();
    std::vector<double> twice = candidate;
    twice.insert(twice.end(), candidate.begin(), candidate.end());
    const std::vector<std::size_t> scored = {1, 5, 20};
    const auto losses = pick(losses_of(candidate), scored);
    CHECK(known.complete(twice, scored, losses).losses == known.complete(candidate, scored, losses).losses);
}

TEST_CASE("a merge is learned from once, and one of other documents is refused with both numbers") {
    document_regression known;
    CHECK_THROWS_AS(known.complete(std::vector{1.0}, std::vector<std::size_t>{0, 1}, std::vector{1.0, 2.0}),
                    input_error);
    known.add(std::vector{0.5, 0.5}, std::vector{1.0, 2.0});
    known.add(std::vector{0.5, 0.5}, std::vector{1.0, 2.0});
    CHECK(known.size() == 1);
    CHECK_THROWS_WITH_AS(known.add(std::vector{0.5, 0.5}, std::vector{1.0, 2.0, 3.0}),
                         "document losses: 3 of a merge of 2 checkpoints, but the first merge has 2 and 2",
                         input_error);
}

TEST_CASE("one domain of all documents is none, to the last bit") {
    document_regression named(document_domains{{"all", documents}});
    document_regression plain;
    for (const std::vector<double>& w : {std::vector<double>{0, 0, 1}, {0, 1, 0}, {1, 0, 0}}) {
        named.add(w, losses_of(w));
        plain.add(w, losses_of(w));
    }
    const std::vector<std::size_t> scored = {3, 30, 12, 7};
    const auto losses = pick(losses_of(candidate), scored);
    const auto by_name = named.complete(candidate, scored, losses),
               together = plain.complete(candidate, scored, losses);
    CHECK(by_name.losses == together.losses);
    CHECK(by_name.sampling_variance == together.sampling_variance);
    CHECK(by_name.degrees_of_freedom == doctest::Approx(together.degrees_of_freedom));
    CHECK(by_name.domain_variances == std::vector{together.sampling_variance});
}

TEST_CASE("of several domains the weighted mean has no bias, and a variance of the size that it says") {
    const document_domains domains = {{"few", 10, 3}, {"many", 30, 1}};
    document_regression known(domains);
    for (const std::vector<double>& w : {std::vector<double>{0, 0, 1}, {0, 1, 0}, {1, 0, 0}, {0, 0.5, 0.5}})
        known.add(w, losses_of(w));
    const auto losses = losses_of(candidate);
    const double truth = mean_loss(losses, domains).mean;
    random_engine engine = make_engine(8);
    double bias = 0, squares = 0, stated = 0, plain = 0;
    constexpr std::size_t draws = 4000;
    for (std::size_t number = 0; number < draws; ++number) {
        std::vector<std::size_t> few(10), many(30);
        std::iota(few.begin(), few.end(), std::size_t{0});
        std::iota(many.begin(), many.end(), std::size_t{10});
        shuffle(std::span(few), engine);
        shuffle(std::span(many), engine);
        std::vector<std::size_t> scored(few.begin(), few.begin() + 4);
        scored.insert(scored.end(), many.begin(), many.begin() + 3);
        const auto completed = known.complete(candidate, scored, pick(losses, scored));
        const double error = mean_loss(completed.losses, domains).mean - truth;
        bias += error / draws;
        squares += error * error / draws;
        stated += completed.sampling_variance / draws;
        const auto own = pick(losses, scored);
        const double mean = (3 * mean_of(std::span(own).first(4)) + mean_of(std::span(own).subspan(4))) / 4;
        plain += std::pow(mean - truth, 2) / draws;
    }
    CHECK(std::abs(bias) < 4 * std::sqrt(squares / draws));
    CHECK(stated > 0.5 * squares);
    CHECK(stated < 5 * squares);
    CHECK(squares < plain / 10);
}

TEST_CASE("a domain without weight may stay unscored") {
    const document_domains domains = {{"watched", 10, 0}, {"web", 30}};
    document_regression known(domains);
    for (const std::vector<double>& w : {std::vector<double>{0, 0, 1}, {0, 1, 0}}) known.add(w, losses_of(w));
    const std::vector<std::size_t> scored = {12, 20, 30};
    const auto completed = known.complete(candidate, scored, pick(losses_of(candidate), scored));
    CHECK(std::isfinite(completed.sampling_variance));
    CHECK(std::isinf(completed.domain_variances[0]));
    std::vector<std::size_t> all(30);
    std::iota(all.begin(), all.end(), std::size_t{10});
    CHECK(known.complete(candidate, all, pick(losses_of(candidate), all)).sampling_variance == 0);
}
