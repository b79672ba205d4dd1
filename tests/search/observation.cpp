// SPDX-License-Identifier: Apache-2.0
#include <bouillon/search/observation.hpp>

#include <doctest/doctest.h>

#include <cmath>

using namespace bouillon;

TEST_CASE("a new observation is pending and claims no number") {
    const observation fresh;
    CHECK(fresh.status == trial_status::pending);
    CHECK(std::isnan(fresh.loss));
    CHECK(std::isnan(fresh.variance));
}
