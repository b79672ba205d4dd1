// SPDX-License-Identifier: Apache-2.0
#include <bouillon/score/held_out.hpp>

#include <doctest/doctest.h>

using namespace bouillon;

TEST_CASE("offsets cut the tokens into documents") {
    const held_out_documents held_out({5, 6, 7, 8, 9}, {0, 2, 5}, "search.safetensors");
    REQUIRE(held_out.size() == 2);
    CHECK(held_out[0].size() == 2);
    CHECK(held_out[1][0] == 7);
    CHECK(held_out.targets(1) == 2);
    CHECK(held_out_documents().size() == 0);
}

TEST_CASE("offsets that do not cut the tokens into documents are refused with both values") {
    const auto refused = [](std::vector<std::size_t> offsets, const char* message) {
        CHECK_THROWS_WITH_AS(held_out_documents({1, 2, 3, 4}, std::move(offsets), "f"), message, input_error);
    };
    refused({}, "f: 'document_offsets' has 0 values, not 2 or more");
    refused({0}, "f: 'document_offsets' has 1 values, not 2 or more");
    refused({1, 4}, "f: 'document_offsets' starts at 1, not at 0");
    refused({0, 5}, "f: 'document_offsets' ends at 5, but 'tokens' has 4");
    refused({0, 3, 4}, "f: document 1 runs from token 3 to 4; a loss needs at least 2 tokens");
    refused({0, 3, 2, 4}, "f: document 1 runs from token 3 to 2; a loss needs at least 2 tokens");
}

TEST_CASE("a negative token is refused") {
    CHECK_THROWS_WITH_AS(held_out_documents({1, -2}, {0, 2}, "f"), "f: token -2 is negative", input_error);
}
