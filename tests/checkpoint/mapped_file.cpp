// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/mapped_file.hpp>

#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

#include <utility>

using namespace bouillon;

TEST_CASE("a mapped file shows the file's bytes") {
    const test::temporary_directory directory;
    test::write_text(directory / "a", "some bytes");
    const mapped_file file(directory / "a");
    CHECK(test::as_text(file.bytes()) == "some bytes");
    CHECK(file.path() == directory / "a");
}

TEST_CASE("an empty file maps to no bytes") {
    const test::temporary_directory directory;
    test::write_text(directory / "empty", "");
    CHECK(mapped_file(directory / "empty").bytes().empty());
}

TEST_CASE("a mapping outlives the name of its file and a move of its owner") {
    const test::temporary_directory directory;
    test::write_text(directory / "a", "kept");
    mapped_file first(directory / "a");
    std::filesystem::remove(directory / "a");
    const auto bytes = first.bytes();
    const mapped_file second(std::move(first));
    CHECK(second.bytes().data() == bytes.data());
    CHECK(test::as_text(bytes) == "kept");
}

TEST_CASE("only a regular file that exists can be mapped") {
    const test::temporary_directory directory;
    CHECK_THROWS_WITH_AS(mapped_file(directory / "none"),
                         ((directory / "none").string() + ": cannot open: No such file or directory").c_str(),
                         input_error);
    CHECK_THROWS_WITH_AS(mapped_file(directory.path()), (directory.path().string() + ": not a regular file").c_str(),
                         input_error);
    REQUIRE(::mkfifo((directory / "pipe").c_str(), 0600) == 0);
    CHECK_THROWS_AS(mapped_file(directory / "pipe"), input_error);  // and does not wait for a writer
}
