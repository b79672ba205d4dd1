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

TEST_CASE("documents are selected in the order in which they are named") {
    const held_out_documents held_out({5, 6, 7, 8, 9, 10, 11}, {0, 2, 5, 7}, "search.safetensors");
    const auto selected = held_out.select(std::vector<std::size_t>{2, 0});
    CHECK(selected.tokens() == std::vector<std::int32_t>{10, 11, 5, 6});
    CHECK(selected.size() == 2);
    CHECK(selected.origin() == "search.safetensors");
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

TEST_CASE("a prompt is fed and not predicted") {
    const held_out_documents held_out({5, 6, 7, 8, 9}, {0, 2, 5}, "f", {.prompt_tokens = {1, 2}});
    CHECK(held_out.prompt(1) == 2);
    CHECK(held_out.targets(0) == 1);
    CHECK(held_out.targets(1) == 1);
    CHECK(held_out.bytes().empty());
}

TEST_CASE("some of the documents can be selected, with what is known of them") {
    const held_out_documents held_out({1, 2, 3, 4, 5, 6, 7}, {0, 2, 5, 7}, "f",
                                      {.prompt_tokens = {1, 2, 1}, .bytes = {3, 4, 5}});
    const std::vector<std::size_t> last_two = {2, 1};
    const auto selected = held_out.select(last_two);
    REQUIRE(selected.size() == 2);
    CHECK(selected.tokens() == std::vector<std::int32_t>{6, 7, 3, 4, 5});
    CHECK(selected.prompt(1) == 2);
    CHECK(selected.bytes() == std::vector<std::size_t>{5, 4});
    CHECK(selected.origin() == "f");
    CHECK(held_out_documents({1, 2}, {0, 2}, "f").select(std::vector<std::size_t>{0, 0}).targets(1) == 1);
}

TEST_CASE("details that do not fit the documents are refused with both values") {
    const auto refused = [](document_details details, const char* message) {
        CHECK_THROWS_WITH_AS(held_out_documents({1, 2, 3, 4, 5}, {0, 2, 5}, "f", std::move(details)), message,
                             input_error);
    };
    refused({.prompt_tokens = {1}}, "f: 'prompt_tokens' has 1 values, but there are 2 documents");
    refused({.prompt_tokens = {1, 0}},
            "f: 'prompt_tokens' holds 0 at 1, but the document has 3 tokens: at least 1 must be fed and 1 predicted");
    refused({.prompt_tokens = {2, 2}},
            "f: 'prompt_tokens' holds 2 at 0, but the document has 2 tokens: at least 1 must be fed and 1 predicted");
    refused({.bytes = {7, 8, 9}}, "f: 'document_bytes' has 3 values, but there are 2 documents");
    refused({.bytes = {7, 0}}, "f: 'document_bytes' holds 0 at 1, not 1 or more");
}

TEST_CASE("a negative token is refused") {
    CHECK_THROWS_WITH_AS(held_out_documents({1, -2}, {0, 2}, "f"), "f: token -2 is negative", input_error);
}
