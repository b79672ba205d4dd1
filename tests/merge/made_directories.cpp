// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge/made_directories.hpp>

#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

using namespace bouillon;

TEST_CASE("directories that were made go again unless they are kept or used") {
    const test::temporary_directory directory;
    create_directory(directory / "old");
    { const detail::made_directories made(directory / "old/a/b"); }
    CHECK_FALSE(exists(directory / "old/a"));
    CHECK(exists(directory / "old"));
    {
        const detail::made_directories made(directory / "old/a/b");
        test::write_text(directory / "old/a/file", "");
    }
    CHECK_FALSE(exists(directory / "old/a/b"));
    CHECK(exists(directory / "old/a/file"));
    {
        detail::made_directories made(directory / "new/a");
        made.keep();
    }
    CHECK(exists(directory / "new/a"));
}
