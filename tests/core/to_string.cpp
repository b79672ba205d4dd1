// SPDX-License-Identifier: Apache-2.0
#include <bouillon/core/to_string.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <cstdlib>
#include <limits>

using namespace bouillon;

TEST_CASE("a number is written as the shortest decimal that reads back") {
    CHECK(to_string(0.1) == "0.1");
    CHECK(to_string(-1e-9) == "-1e-09");
    CHECK(to_string(3) == "3");
    CHECK(to_string(-std::numeric_limits<double>::infinity()) == "-inf");
    for (const double number : {1.0 / 3, -std::numeric_limits<double>::max(), 5e-324})
        CHECK(std::strtod(to_string(number).c_str(), nullptr) == number);
    CHECK(to_string(0.1f) == "0.1");
}

TEST_CASE("an integer of any size is written whole") {
    CHECK(to_string(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
    CHECK(to_string(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
    CHECK(to_string(std::int8_t{-7}) == "-7");
}
