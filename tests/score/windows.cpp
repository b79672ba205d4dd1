// SPDX-License-Identifier: Apache-2.0
#include <bouillon/score/windows.hpp>

#include <doctest/doctest.h>

#include <numeric>

using namespace bouillon;

TEST_CASE("every token but a document's first is predicted exactly once, after the token before it") {
    std::vector<std::int32_t> tokens(300);  // distinct ids, so that an id names its place
    std::iota(tokens.begin(), tokens.end(), 0);
    const held_out_documents held_out(tokens, {0, 2, 9, 10 + 7, 130, 131 + 8, 300}, "f");
    for (const std::size_t context : {1, 3, 8, 64, 512})
        for (const std::size_t rows : {1, 16, 100, 4096}) {
            std::vector<int> predicted(tokens.size(), 0);
            for (const auto& [windows, documents] : cut_windows(held_out, context, rows)) {
                REQUIRE(windows.rows() == windows.targets.size());
                REQUIRE(windows.rows() == windows.positions.size());
                REQUIRE(windows.rows() == documents.size());
                CHECK(windows.window_offsets.back() == static_cast<int>(windows.rows()));
                CHECK((windows.rows() <= rows || windows.windows() == 1));
                for (std::size_t w = 0; w < windows.windows(); ++w)
                    CHECK(windows.positions[windows.window_offsets[w]] == 0);
                for (std::size_t row = 0; row < windows.rows(); ++row) {
                    CHECK(windows.targets[row] == windows.tokens[row] + 1);
                    CHECK(static_cast<std::size_t>(windows.positions[row]) < context);
                    const auto document = held_out[documents[row]];
                    CHECK(windows.tokens[row] >= document.front());
                    CHECK(windows.targets[row] <= document.back());
                    CHECK((windows.tokens[row] - document.front()) % static_cast<int>(context) ==
                          windows.positions[row]);
                    ++predicted[windows.targets[row]];
                }
            }
            for (std::size_t i = 0; i < held_out.size(); ++i) {
                CHECK(predicted[held_out[i].front()] == 0);
                for (const auto token : held_out[i].subspan(1)) CHECK(predicted[token] == 1);
            }
        }
}

TEST_CASE("batches are filled up by windows that belong to no document, a longer one to a multiple") {
    const held_out_documents held_out(std::vector<std::int32_t>(60, 1), {0, 11, 22, 60}, "f");
    const auto batches = cut_windows(held_out, 20, 16, true), plain = cut_windows(held_out, 20, 16);
    REQUIRE(batches.size() == plain.size());
    for (std::size_t b = 0; b < batches.size(); ++b) {
        const auto& [windows, documents] = batches[b];
        const std::size_t rows = plain[b].windows.rows();
        CHECK(windows.rows() == (rows + 15) / 16 * 16);
        CHECK(documents.size() == windows.rows());
        CHECK(windows.targets.size() == windows.rows());
        for (std::size_t row = 0; row < windows.rows(); ++row) {
            CHECK((documents[row] == document_batch::prompt) == (row >= rows));
            CHECK(windows.positions[row] < 20);
        }
        CHECK(windows.window_offsets.back() == static_cast<std::int32_t>(windows.rows()));
    }
}

TEST_CASE("after a prompt every token is predicted exactly once, with as much of the prompt before it as fits") {
    std::vector<std::int32_t> tokens(40);
    std::iota(tokens.begin(), tokens.end(), 0);
    for (std::size_t prompt = 1; prompt < tokens.size(); ++prompt) {
        const held_out_documents held_out(tokens, {0, tokens.size()}, "f", {.prompt_tokens = {prompt}});
        for (const std::size_t context : {1, 3, 8, 39, 40, 64}) {
            std::vector<int> predicted(tokens.size(), 0);
            const auto batches = cut_windows(held_out, context, 1000);
            REQUIRE(batches.size() == 1);
            const auto& [windows, documents] = batches[0];
            for (std::size_t row = 0; row < windows.rows(); ++row)
                if (documents[row] != document_batch::prompt) ++predicted[windows.targets[row]];
            for (std::size_t i = 0; i < tokens.size(); ++i) CHECK(predicted[i] == (i < prompt ? 0 : 1));
            CHECK(windows.windows() == (tokens.size() - prompt + context - 1) / context);
            if (windows.windows() == 1) CHECK(windows.rows() == std::min(context, tokens.size() - 1));
        }
    }
}
