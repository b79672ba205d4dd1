// SPDX-License-Identifier: Apache-2.0
#include <bouillon/core/file_descriptor.hpp>

#include <doctest/doctest.h>

#include <fcntl.h>

using bouillon::detail::file_descriptor;

namespace {
bool is_open(int number) { return ::fcntl(number, F_GETFD) != -1; }
}  // namespace

TEST_CASE("a file descriptor is closed once: by its last owner") {
    int number = -1;
    {
        file_descriptor outer(-1);
        {
            file_descriptor inner(::open("/dev/null", O_RDONLY));
            number = inner.number();
            REQUIRE(is_open(number));
            outer = std::move(inner);
        }
        CHECK(is_open(number));
    }
    CHECK_FALSE(is_open(number));
}

TEST_CASE("a released file descriptor is left to the caller") {
    int number = -1;
    {
        file_descriptor file(::open("/dev/null", O_RDONLY));
        number = file.release();
        CHECK(file.number() == -1);
    }
    CHECK(is_open(number));
    ::close(number);
}

TEST_CASE("a system failure says what was done to what and why not") {
    CHECK(bouillon::detail::system_failure("a/b", "open", ENOENT) == "a/b: cannot open: No such file or directory");
}
