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

TEST_CASE("a mapped file is also read without its mapping") {
    const test::temporary_directory directory;
    test::write_text(directory / "a", "some bytes");
    const mapped_file file(directory / "a");
    std::string part(4, '?');
    file.file().read(5, std::as_writable_bytes(std::span(part)), [] { return "it"; });
    CHECK(part == "byte");
}

TEST_CASE("what is not a regular file cannot be mapped") {
    const test::temporary_directory directory;
    CHECK_THROWS_AS(mapped_file(directory / "none"), input_error);
    CHECK_THROWS_AS(mapped_file(directory.path()), input_error);
}
