// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/pytorch/file_part.hpp>

#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

#include <string>

using namespace bouillon;

TEST_CASE("a part of a file gives each run of its bytes, at its ends and between them") {
    const test::temporary_directory directory;
    std::string text;
    for (std::size_t i = 0; i < 30'000; ++i) text += static_cast<char>(i * i % 251);
    test::write_text(directory / "f", text);
    const input_file file(directory / "f");
    for (const std::size_t size : {0, 1, 100, 4096, 8192, 8193, 20'000}) {
        detail::file_part part(file, 77, size);
        CHECK(part.begin() == 77);
        CHECK(part.size() == size);
        CHECK(&part.file() == &file);
        for (const std::size_t first : {0, 50, 4000, 4090, 4096, 8000, 15'900, 19'999})
            for (const std::size_t count : {0, 1, 10, 5000}) {
                if (first + count > size) continue;
                part.prefetch(first, count);
                CHECK(part.read(first, count, [] { return "it"; }) == text.substr(77 + first, count));
            }
    }
}

TEST_CASE("the ends of a part of a file are read once") {
    const test::temporary_directory directory;
    test::write_text(directory / "f", std::string(20'000, 'a'));
    const input_file file(directory / "f");
    detail::file_part part(file, 0, 20'000);
    const auto read = [&](std::size_t first) { return part.read(first, 1, [] { return "it"; }); };
    CHECK(read(0) + read(19'999) == "aa");
    test::write_text(directory / "f", "shorter");
    CHECK(read(1) + read(19'000) == "aa");
    CHECK_THROWS_AS(read(10'000), input_error);
}
