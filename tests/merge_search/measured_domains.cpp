// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge_search/measured_domains.hpp>

#include <doctest/doctest.h>

using namespace bouillon;

TEST_CASE("domains are those of the set of documents that is asked for") {
    const measured_domains domains{.search = {{"web", 8}, {"code", 4}}, .test = {{"web", 3}, {"code", 2}}};
    CHECK(domains[document_set::search][0].documents == 8);
    CHECK(domains[document_set::test][1].documents == 2);
    CHECK(measured_domains()[document_set::test].empty());
}
