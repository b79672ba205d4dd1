// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge_search/document_sets.hpp>

#include <doctest/doctest.h>

#include <vector>

using namespace bouillon;

TEST_CASE("either set is there as a whole, and of the search documents any in any order") {
    const detail::document_sets sets{{{1, 0, 2, 0, 3, 0}, {0, 2, 4, 6}, "search"}, {{7, 0}, {0, 2}, "test"}};
    CHECK(sets[document_set::search].tokens() == std::vector<std::int32_t>{1, 0, 2, 0, 3, 0});
    CHECK(sets[document_set::test].tokens() == std::vector<std::int32_t>{7, 0});
    CHECK(sets.some(std::vector<std::size_t>{2, 0}).tokens() == std::vector<std::int32_t>{3, 0, 1, 0});
}
