// SPDX-License-Identifier: Apache-2.0
#include <bouillon/core/require_option.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>

using namespace bouillon;

TEST_CASE("an option that cannot be used is refused by its name and value") {
    CHECK_NOTHROW(detail::require_option(true, "maximize", "grid", std::size_t{2}, "2 or more"));
    CHECK_THROWS_WITH_AS(detail::require_option(false, "maximize", "grid", std::size_t{1}, "2 or more"),
                         "maximize.grid is 1, but it must be 2 or more", input_error);
    CHECK_THROWS_WITH_AS(detail::require_option(false, "", "share", double(NAN), "a number"),
                         "share is nan, but it must be a number", input_error);
}
