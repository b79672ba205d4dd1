// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge_search/document_split.hpp>

#include <doctest/doctest.h>

using namespace bouillon;

TEST_CASE("every document either teaches or confirms") {
    for (const std::size_t documents : {24, 48, 100, 1000}) {
        const auto split = split_documents(documents, 1.0 / 3, 7);
        CHECK(split.confirm.size() == static_cast<std::size_t>(std::lround(static_cast<double>(documents) / 3)));
        CHECK(std::ranges::is_sorted(split.search));
        CHECK(std::ranges::is_sorted(split.confirm));
        std::vector<std::size_t> all, expected(documents);
        std::ranges::merge(split.search, split.confirm, std::back_inserter(all));
        std::iota(expected.begin(), expected.end(), std::size_t{0});
        CHECK(all == expected);
    }
}

TEST_CASE("a seed always sets the same documents aside, another seed others") {
    CHECK(split_documents(100, 0.25, 1).confirm == split_documents(100, 0.25, 1).confirm);
    CHECK(split_documents(100, 0.25, 1).confirm != split_documents(100, 0.25, 2).confirm);
}

TEST_CASE("each document is as likely as any other to be set aside") {
    std::vector<std::size_t> times(32, 0);
    for (std::uint64_t seed = 0; seed < 2000; ++seed)
        for (const std::size_t j : split_documents(32, 0.5, seed).confirm) ++times[j];
    for (const std::size_t count : times) {  // binomial: 1000 with a deviation of 22
        CHECK(count > 900);
        CHECK(count < 1100);
    }
}

TEST_CASE("nothing is set aside where it would confirm nothing or leave too little to learn from") {
    CHECK(split_documents(21, 1.0 / 3, 1).confirm.empty());
    CHECK(split_documents(21, 1.0 / 3, 1).search.size() == 21);
    CHECK(split_documents(23, 1.0 / 3, 1).confirm.size() == 8);
    CHECK(split_documents(50, 0.9, 1).confirm.empty());
    CHECK(split_documents(50, 0, 1).confirm.empty());
    CHECK(split_documents(0, 0.5, 1).search.empty());
}

TEST_CASE("a share that is none is refused") {
    CHECK_THROWS_WITH_AS(split_documents(50, 1, 1),
                         "documents to confirm with: the share is 1, but it must be 0 or more and below 1",
                         input_error);
    CHECK_THROWS_AS(split_documents(50, -0.1, 1), input_error);
    CHECK_THROWS_AS(split_documents(50, std::nan(""), 1), input_error);
}
