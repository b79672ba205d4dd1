// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/output_file.hpp>

#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

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
