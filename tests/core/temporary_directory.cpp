// SPDX-License-Identifier: Apache-2.0
#include <bouillon/core/temporary_directory.hpp>

#include <doctest/doctest.h>

#include <fstream>

using namespace bouillon;
namespace fs = std::filesystem;

TEST_CASE("a temporary directory goes with its owner, and what is in it too") {
    fs::path made;
    {
        const temporary_directory folder;
        made = folder.path();
        std::ofstream(made / "file") << "text";
        CHECK(fs::exists(made / "file"));
    }
    CHECK_FALSE(fs::exists(made));
}

TEST_CASE("a temporary directory that was moved goes with its new owner") {
    temporary_directory first;
    const fs::path made = first.path();
    {
        const temporary_directory second = std::move(first);
        CHECK(second.path() == made);
        CHECK(fs::exists(made));
    }
    CHECK_FALSE(fs::exists(made));
}

TEST_CASE("a temporary directory that cannot be made is an error that names where") {
    CHECK_THROWS_AS(temporary_directory("/proc/nowhere"), work_error);
}
