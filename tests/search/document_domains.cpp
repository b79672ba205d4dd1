// SPDX-License-Identifier: Apache-2.0
#include <bouillon/search/document_domains.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <random>
#include <string>

using namespace bouillon;

namespace {

const document_domains web_and_code = {{"web", 3, 1}, {"code", 2, 3}};
const std::vector<double> losses = {1, 2, 6, 0.5, 1.5};

std::string refusal(const document_domains& domains, std::size_t documents) {
    try {
        check(domains, documents);
    } catch (const input_error& refused) {
        return refused.what();
    }
    return "accepted";
}

}  // namespace

TEST_CASE("domains weigh by their weights, however many documents they have") {
    const auto found = mean_loss(losses, web_and_code);
    CHECK(found.mean == doctest::Approx((1 * 3.0 + 3 * 1.0) / 4));
    // Their variances: of 1, 2, 6 it is 7 / 3, and of 0.5, 1.5 it is 0.5 / 2.
    CHECK(found.variance == doctest::Approx((1 * 7.0 / 3 + 9 * 0.25) / 16));
    const std::vector<double> reference = {0.5, 2.5, 5, 0.5, 1};
    const auto difference = paired_difference(losses, reference, web_and_code);
    CHECK(difference.mean == doctest::Approx((1 * 1.0 / 3 + 3 * 0.25) / 4));
    CHECK_THROWS_AS(paired_difference(losses, std::vector{1.0}, web_and_code), input_error);
}

TEST_CASE("losses of another unit are divided by their scale") {
    document_domains domains = web_and_code;
    domains[1].scale = 0.5;
    const auto found = mean_loss(losses, domains);
    CHECK(found.mean == doctest::Approx((1 * 3.0 + 3 * 1.0 / 0.5) / 4));
    CHECK(found.variance == doctest::Approx((1 * 7.0 / 3 + 36 * 0.25) / 16));
    const auto each = domain_losses(losses, domains);
    CHECK(each[0].mean == doctest::Approx(3));
    CHECK(each[1].mean == doctest::Approx(1));  // in its own unit
}

TEST_CASE("without domains all documents are alike, and one domain is the same") {
    const auto plain = mean_loss(losses), none = mean_loss(losses, {}), one = mean_loss(losses, {{"all", 5, 2.5}});
    CHECK(none.mean == plain.mean);
    CHECK(none.variance == plain.variance);
    CHECK(one.mean == doctest::Approx(plain.mean));
    CHECK(one.variance == doctest::Approx(plain.variance));
}

TEST_CASE("weights count by their ratios alone") {
    const auto some = mean_loss(losses, web_and_code), more = mean_loss(losses, {{"web", 3, 10}, {"code", 2, 30}});
    CHECK(more.mean == doctest::Approx(some.mean));
    CHECK(more.variance == doctest::Approx(some.variance));
}

TEST_CASE("a domain of weight 0 is watched, and changes nothing") {
    const auto found = mean_loss(losses, {{"web", 3, 1}, {"code", 2, 0}}),
               alone = mean_loss(std::vector{1.0, 2.0, 6.0});
    CHECK(found.mean == alone.mean);
    CHECK(found.variance == alone.variance);
    CHECK(std::isfinite(mean_loss(std::vector{1.0, 2.0, 3.0}, {{"web", 2, 1}, {"code", 1, 0}}).variance));
}

TEST_CASE("of a single document no scatter is known") {
    CHECK(std::isnan(mean_loss(std::vector{1.0, 2.0, 3.0}, {{"web", 2}, {"code", 1}}).variance));
}

TEST_CASE("the variance is that of the mean over draws of documents") {
    std::mt19937 random(1);
    std::normal_distribution<double> web(3, 1), code(1, 0.25);
    const document_domains domains = {{"web", 8, 1}, {"code", 20, 2}};
    double sum = 0, squares = 0, told = 0;
    constexpr int draws = 20000;
    for (int i = 0; i < draws; ++i) {
        std::vector<double> drawn(28);
        for_each_domain(domains, std::span(drawn), [&](const document_domain& domain, std::span<double> part) {
            for (double& loss : part) loss = domain.name == "web" ? web(random) : code(random);
        });
        const auto found = mean_loss(drawn, domains);
        sum += found.mean;
        squares += found.mean * found.mean;
        told += found.variance;
    }
    const double mean = sum / draws;
    CHECK(mean == doctest::Approx((1 * 3.0 + 2 * 1.0) / 3).epsilon(0.01));
    CHECK(squares / draws - mean * mean == doctest::Approx(told / draws).epsilon(0.05));
}

TEST_CASE("domains that no mean can be taken over are named") {
    CHECK(refusal({}, 7) == "accepted");
    CHECK(refusal(web_and_code, 5) == "accepted");
    CHECK(refusal(web_and_code, 6) == "the domains have 5 documents, but there are 6");
    CHECK(refusal({{"web", 2}, {"web", 3}}, 5) == "domain \"web\" is there twice");
    CHECK(refusal({{"web", 5}, {"code", 0}}, 5) == "domain \"code\" has no documents");
    CHECK(refusal({{"web", 2, 0}, {"code", 3, 0}}, 5) == "all domains have the weight 0");
    for (const double weight : {-1.0, double(NAN), std::numeric_limits<double>::infinity()})
        CHECK(refusal({{"web", 5, weight}}, 5).find("domain \"web\" has the weight ") == 0);
    CHECK(refusal({{"web", 5, 1, 0}}, 5) == "domain \"web\" has the scale 0: a finite one above 0 is needed");
}
