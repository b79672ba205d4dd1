// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge_search/confirmed_documents.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <numeric>

using namespace bouillon;

TEST_CASE("losses are parted as the documents are, whichever set was asked for") {
    detail::confirmed_documents documents({.share = 0.5, .seed = 3});
    CHECK(documents.size() == 0);
    documents.expect(20);
    const auto split = split_documents(20, 0.5, 3);
    std::vector<double> losses(20);
    std::iota(losses.begin(), losses.end(), 0.0);
    const std::vector<double> weights = {0.25, 0.75};
    CHECK(documents.kept(weights) == nullptr);
    const auto search = documents.part(weights, {losses}, document_set::search);
    const auto test = documents.part(weights, {losses}, document_set::test);
    CHECK(search.losses == std::vector<double>(split.search.begin(), split.search.end()));
    CHECK(search.beside == std::vector<double>(split.confirm.begin(), split.confirm.end()));
    CHECK(test.losses == search.beside);
    CHECK(test.beside == search.losses);
    REQUIRE(documents.kept(weights));
    CHECK(*documents.kept(weights) == test.losses);
    CHECK_THROWS_WITH_AS(documents.expect(19), "gave 19 losses, but 20 at first", work_error);
}

TEST_CASE("where nothing is set aside both sets are all documents") {
    detail::confirmed_documents documents({});
    documents.expect(3);
    const std::vector<double> weights = {1};
    CHECK(documents.part(weights, {{1, 2, 3}}, document_set::test).losses == std::vector{1.0, 2.0, 3.0});
    CHECK(documents.kept(weights) == nullptr);
}

TEST_CASE("a share to confirm with that leaves nothing to search by is refused") {
    CHECK_NOTHROW(check(confirm_options{.share = 0}));
    for (const double share : {1.0, -0.1, double(NAN)})
        CHECK_THROWS_AS(check(confirm_options{.share = share}), input_error);
    CHECK_THROWS_WITH_AS(check(confirm_options{.share = 1}), "confirm.share is 1, but it must be 0 or more and below 1",
                         input_error);
}
