// SPDX-License-Identifier: Apache-2.0
#include <bouillon/space/same_point.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace bouillon;

TEST_CASE("a point is the space's own to rounding, or refused with what differs") {
    using point = std::vector<double>;
    CHECK_NOTHROW(detail::require_same_point("it", point{0.3, -1e6}, point{0.3 + 1e-12, -1e6 + 1e-4}));
    CHECK_THROWS_WITH(detail::require_same_point("it", point{0.3}, point{0.3, 0.7}),
                      "it: its point has 1 coordinates, but the space has 2");
    CHECK_THROWS_WITH(detail::require_same_point("it", point{0.3, 0.8}, point{0.3, 0.7}),
                      "it: coordinate 1 is 0.8, but the nearest point of the space has 0.7");
    CHECK_THROWS_WITH(detail::require_same_point("it", point{0.50000001}, point{0.5}),
                      "it: coordinate 0 is 0.50000001, but the nearest point of the space has 0.5");
    CHECK_THROWS_AS(detail::require_same_point("it", point{NAN}, point{0.3}), input_error);
}
