// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/list_directory.hpp>

#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

using namespace bouillon;

TEST_CASE("a directory is listed in the order of its names") {
    const test::temporary_directory directory;
    for (const char* name : {"b", "c", "a"}) test::write_text(directory / name, "");
    std::string names;
    for (const auto& item : detail::list_directory(directory.path())) names += item.path().filename().string();
    CHECK(names == "abc");
}

TEST_CASE("a directory that cannot be listed is an input error") {
    CHECK_THROWS_WITH_AS(detail::list_directory("/no such directory"),
                         "/no such directory: cannot list: No such file or directory", input_error);
}
