// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/output_file.hpp>

#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

using namespace bouillon;

TEST_CASE("an output file holds what was written in order") {
    const test::temporary_directory directory;
    output_file file(directory / "a");
    file.reserve(6);
    file.write(test::as_bytes("one"));
    file.write({});
    file.write(test::as_bytes("two"));
    file.close();
    sync_directory(directory.path());
    CHECK(test::read_text(directory / "a") == "onetwo");
}

TEST_CASE("an output file takes bytes in any order at any place from any memory") {
    const test::temporary_directory directory;
    constexpr std::size_t unit = output_file::direct_alignment;
    std::string text(5 * unit + 17, '?');
    for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(i * 7 % 251);
    struct alignas(unit) page {
        char bytes[unit];
    };
    std::vector<page> memory(7);  // text.size() and an offset
    for (const std::size_t offset : {0, 1, 8}) {
        char* const at = memory[0].bytes + offset;
        std::memcpy(at, text.data(), text.size());
        const auto bytes = std::as_bytes(std::span(at, text.size()));
        const auto path = directory / std::to_string(offset);
        output_file file(path);
        file.write_at(2 * unit, bytes.subspan(2 * unit));
        file.write_at(100, bytes.subspan(100, 2 * unit - 100));
        file.write_at(0, bytes.first(100));
        file.close();
        CHECK(test::read_text(path) == text);
    }
}

TEST_CASE("an output file never replaces one that exists") {
    const test::temporary_directory directory;
    test::write_text(directory / "a", "old");
    CHECK_THROWS_WITH_AS(output_file(directory / "a"),
                         ((directory / "a").string() + ": cannot create: File exists").c_str(), work_error);
    CHECK(test::read_text(directory / "a") == "old");
}

TEST_CASE("what cannot be written is a work error") {
    const test::temporary_directory directory;
    CHECK_THROWS_AS(output_file(directory / "missing/a"), work_error);
    CHECK_THROWS_AS(sync_directory(directory / "missing"), work_error);
}

TEST_CASE("a passing file has the same bytes as a lasting one") {
    const test::temporary_directory directory;
    std::vector<std::byte> bytes(3 * output_file::direct_alignment + 17);
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i * 31);
    std::string texts[2];
    for (const auto life : {file_life::lasting, file_life::passing}) {
        const auto path = directory / (life == file_life::lasting ? "lasting" : "passing");
        output_file file(path, life);
        file.reserve(bytes.size());
        file.write_at(0, bytes);
        file.close();
        overwrite_start(path, "begin", life);
        std::ifstream stream(path, std::ios::binary);
        texts[life == file_life::passing].assign(std::istreambuf_iterator<char>(stream), {});
    }
    CHECK(texts[0].size() == bytes.size());
    CHECK(texts[0] == texts[1]);
}
