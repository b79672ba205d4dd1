// SPDX-License-Identifier: Apache-2.0
#include <bouillon/core/in_gigabytes.hpp>

#include <doctest/doctest.h>

using bouillon::detail::in_gigabytes;

TEST_CASE("bytes are told in whole megabytes, rounded up, and from a gigabyte on in tenths of one") {
    CHECK(in_gigabytes(0) == "0 MB");
    CHECK(in_gigabytes(1) == "1 MB");
    CHECK(in_gigabytes(330'000'000) == "330 MB");
    CHECK(in_gigabytes(1'000'000'000) == "1.0 GB");
    CHECK(in_gigabytes(9'949'999'999) == "9.9 GB");
}
