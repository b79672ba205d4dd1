// SPDX-License-Identifier: Apache-2.0
#include <bouillon/core/decimal.hpp>

#include <doctest/doctest.h>

#include <cstdlib>
#include <limits>

using namespace bouillon;

TEST_CASE("a number is written as the shortest decimal that reads back") {
    CHECK(to_decimal(0.1) == "0.1");
    CHECK(to_decimal(-1e-9) == "-1e-09");
    CHECK(to_decimal(3) == "3");
    CHECK(to_decimal(-std::numeric_limits<double>::infinity()) == "-inf");
    for (const double number : {1.0 / 3, -std::numeric_limits<double>::max(), 5e-324})
        CHECK(std::strtod(to_decimal(number).c_str(), nullptr) == number);
}
