// SPDX-License-Identifier: Apache-2.0
#include <bouillon/surrogate/typical_noise.hpp>

#include <doctest/doctest.h>

#include <vector>

using namespace bouillon;

TEST_CASE("the typical noise is the root of the harmonic mean of the variances that are known and above 0") {
    CHECK(typical_noise(std::vector{4.0, 4.0}) == 2);
    CHECK(typical_noise(std::vector{1.0, 3.0}) == doctest::Approx(std::sqrt(1.5)).epsilon(1e-15));
    CHECK(typical_noise(std::vector<double>{NAN, 4, 0}) == 2);
    CHECK(typical_noise(std::vector<double>{NAN, 0}) == 0);
    CHECK(typical_noise({}) == 0);
}
