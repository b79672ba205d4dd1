// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge_search/document_order.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <vector>

using namespace bouillon;

namespace {

/// Losses that scatter with the given deviations, domain by domain.
std::vector<double> losses_of(const document_domains& domains, const std::vector<double>& deviations) {
    random_engine engine = make_engine(1);
    std::vector<double> losses;
    for (std::size_t s = 0; s < domains.size(); ++s)
        for (std::size_t i = 0; i < domains[s].documents; ++i) losses.push_back(3 + deviations[s] * normal(engine));
    return losses;
}

document_order order_of(const document_domains& domains, const std::vector<double>& losses) {
    random_engine engine = make_engine(2);
    return draw_document_order(domains, losses, engine);
}

std::size_t count_below(const document_order& order, std::size_t first, std::size_t end) {
    return static_cast<std::size_t>(std::count_if(order.documents.begin(), order.documents.begin() + first,
                                                  [&](std::size_t document) { return document < end; }));
}

}  // namespace

TEST_CASE("an order has every document once, and that of one domain is any") {
    const document_domains domains = {{"web", 40, 2}, {"code", 20}};
    const auto losses = losses_of(domains, {1, 1});
    for (const auto& order : {order_of(domains, losses), order_of({}, losses)}) {
        CHECK(std::set<std::size_t>(order.documents.begin(), order.documents.end()).size() == 60);
        CHECK(order.telling == 60);
    }
    CHECK(order_of({}, losses).least == 3);
    CHECK(order_of(domains, losses).least == 6);
    std::vector<std::size_t> as_they_stand(60);
    std::iota(as_they_stand.begin(), as_they_stand.end(), std::size_t{0});
    CHECK(order_of({}, losses).documents != as_they_stand);
}

TEST_CASE("the first documents are of the domains of much weight and scatter, and a few are of every domain") {
    const document_domains domains = {{"web", 400, 3}, {"code", 400, 1}};
    const auto alike = order_of(domains, losses_of(domains, {1, 1}));
    CHECK(count_below(alike, 100, 400) == doctest::Approx(75).epsilon(0.1));
    CHECK(count_below(alike, alike.least, 400) == 3);
    const auto scattered = order_of(domains, losses_of(domains, {1, 9}));
    CHECK(count_below(scattered, 100, 400) == doctest::Approx(25).epsilon(0.15));
    const auto constant = order_of(domains, losses_of(domains, {1, 0}));
    CHECK(count_below(constant, 100, 400) < 100 - 2);
}

TEST_CASE("domains without weight come last, and tell nothing") {
    const document_domains domains = {{"watched", 10, 0}, {"web", 30}};
    const auto order = order_of(domains, losses_of(domains, {5, 1}));
    CHECK(order.telling == 30);
    CHECK(order.least == 3);
    CHECK(count_below(order, 30, 10) == 0);
}

TEST_CASE("a guarded domain without weight has its turns as one of the mean weight") {
    const document_domains domains = {{"code", 400, 0}, {"web", 400, 3}};
    const auto losses = losses_of(domains, {1, 1});
    random_engine engine = make_engine(2);
    const auto order = draw_document_order(domains, losses, engine, {{"code", 0.1}});
    CHECK(order.telling == 800);
    CHECK(count_below(order, 100, 400) == doctest::Approx(50).epsilon(0.1));
}

TEST_CASE("a domain of another unit is weighed by its scale") {
    document_domains domains = {{"web", 400}, {"questions", 400}};
    domains[1].scale = 0.1;
    const auto order = order_of(domains, losses_of(domains, {1, 0.1}));
    CHECK(count_below(order, 100, 400) == doctest::Approx(50).epsilon(0.1));
}
