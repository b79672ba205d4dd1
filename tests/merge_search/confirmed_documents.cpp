// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge_search/confirmed_documents.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <numeric>
#include <span>
#include <vector>

using namespace bouillon;

namespace {

using asked_documents = std::span<const std::size_t>;

/// A scorer whose loss of a document is its number, of as many documents as there are.
auto scorer_of(const std::size_t& documents) {
    return [&](asked_documents asked) {
        std::vector<double> losses(asked.begin(), asked.end());
        if (asked.empty()) losses.resize(documents);
        if (asked.empty()) std::iota(losses.begin(), losses.end(), 0.0);
        return merge_evaluation{losses};
    };
}

std::vector<double> numbers(const std::vector<std::size_t>& documents) { return {documents.begin(), documents.end()}; }

merge_evaluation nobody(asked_documents) { throw work_error("asked"); }

const std::vector<double> weights = {0.25, 0.75};

}  // namespace

TEST_CASE("losses are parted as the documents are, whichever set was asked for") {
    detail::confirmed_documents documents({.share = 0.5, .seed = 3}, "the scorer");
    std::size_t there = 20;
    CHECK(documents.size() == 0);
    const auto split = split_documents(20, 0.5, 3);
    const auto search = documents.measure(weights, document_set::search, false, scorer_of(there));
    CHECK(documents.size() == 20);
    CHECK(documents.confirming() == 10);
    CHECK(search.losses == numbers(split.search));
    CHECK(search.beside == numbers(split.confirm));
    CHECK(documents.measure(weights, document_set::test, false, nobody).losses == search.beside);
    const auto test = documents.measure(std::vector{1.0, 0.0}, document_set::test, false, scorer_of(there));
    CHECK(test.losses == numbers(split.confirm));
    CHECK(test.beside == numbers(split.search));
}

TEST_CASE("a scorer that chooses is asked for the documents of one set, and for no set twice after the search") {
    detail::confirmed_documents documents({.share = 0.5, .seed = 3}, "the scorer");
    const std::size_t there = 20;
    const auto split = split_documents(20, 0.5, 3);
    const auto whole = documents.measure(weights, document_set::search, true, scorer_of(there));
    CHECK(whole.losses == numbers(split.search));
    const std::vector<double> other = {1, 0};
    const auto search = documents.measure(other, document_set::search, true, scorer_of(there));
    CHECK(search.losses == numbers(split.search));
    CHECK(search.beside.empty());
    CHECK_THROWS_WITH_AS(documents.measure(other, document_set::test, true, nobody), "asked", work_error);
    CHECK(documents.measure(other, document_set::test, true, scorer_of(there)).losses == numbers(split.confirm));
    CHECK(documents.measure(other, document_set::test, true, nobody).losses == numbers(split.confirm));
    const std::vector<std::size_t> some = {4, 0};
    CHECK(documents.measure(some, scorer_of(there)).losses == numbers({split.search[4], split.search[0]}));
}

TEST_CASE("another number of losses than there should be is refused with the scorer's name") {
    detail::confirmed_documents documents({.share = 0.5}, "my scorer");
    std::size_t there = 20;
    documents.measure(weights, document_set::search, false, scorer_of(there));
    there = 19;
    CHECK_THROWS_WITH_AS(documents.measure(weights, document_set::search, false, scorer_of(there)),
                         "my scorer gave 19 losses, but 20 at first", work_error);
    const auto all = [&](asked_documents) { return merge_evaluation{std::vector<double>(20)}; };
    CHECK_THROWS_WITH_AS(documents.measure(weights, document_set::search, true, all),
                         "my scorer gave 20 losses, but 10 documents were asked for", work_error);
}

TEST_CASE("where nothing is set aside both sets are all documents") {
    detail::confirmed_documents documents({}, "the scorer");
    const std::size_t there = 3;
    for (const auto set : {document_set::search, document_set::test})
        CHECK(documents.measure(weights, set, true, scorer_of(there)).losses == std::vector{0.0, 1.0, 2.0});
    CHECK_THROWS_WITH_AS(documents.measure(weights, document_set::test, true, nobody), "asked", work_error);
    CHECK(documents.measure(std::vector<std::size_t>{2}, scorer_of(there)).losses == std::vector{2.0});
}

TEST_CASE("a share to confirm with that leaves nothing to search by is refused") {
    CHECK_NOTHROW(check(confirm_options{.share = 0}));
    for (const double share : {1.0, -0.1, double(NAN)})
        CHECK_THROWS_AS(check(confirm_options{.share = share}), input_error);
    CHECK_THROWS_WITH_AS(check(confirm_options{.share = 1}), "confirm.share is 1, but it must be 0 or more and below 1",
                         input_error);
}

TEST_CASE("a share of each set that a scorer names is set aside, and none of any where one is too small") {
    const auto told = [](std::vector<printed_set> sets) {
        auto book = std::make_shared<printed_sets>();
        book->expect(sets);
        return book;
    };
    const std::size_t there = 40;
    detail::confirmed_documents documents({.share = 0.5, .seed = 3}, "the scorer", told({{"code", 16}, {"web", 24}}));
    const auto search = documents.measure(weights, document_set::search, false, scorer_of(there));
    CHECK(documents.domains().search == document_domains{{"code", 8}, {"web", 12}});
    CHECK(documents.domains().test == document_domains{{"code", 8}, {"web", 12}});
    CHECK(documents.confirming() == 20);
    CHECK(std::ranges::count_if(search.losses, [](double loss) { return loss < 16; }) == 8);
    CHECK(std::ranges::count_if(search.beside, [](double loss) { return loss < 16; }) == 8);

    detail::confirmed_documents few({.share = 0.5, .seed = 3}, "the scorer", told({{"code", 10}, {"web", 30}}));
    CHECK(few.measure(weights, document_set::search, false, scorer_of(there)).losses.size() == 40);
    CHECK(few.confirming() == 0);
    CHECK(few.domains().search == document_domains{{"code", 10}, {"web", 30}});
    CHECK(few.domains().test.empty());

    detail::confirmed_documents one({.share = 0.5, .seed = 3}, "the scorer", told({{"all", 40}}));
    one.measure(weights, document_set::search, false, scorer_of(there));
    CHECK(one.domains().search.empty());
    CHECK(one.confirming() == 20);
}
