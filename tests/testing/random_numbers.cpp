// SPDX-License-Identifier: Apache-2.0
#include <bouillon/testing/random_numbers.hpp>

#include <doctest/doctest.h>

TEST_CASE("a seed has its numbers, between 0 and 1") {
    const auto numbers = bouillon::detail::uniform_numbers(100, 7);
    CHECK(numbers == bouillon::detail::uniform_numbers(100, 7));
    CHECK(numbers != bouillon::detail::uniform_numbers(100, 8));
    for (const double number : numbers) CHECK((number >= 0 && number < 1));
}
