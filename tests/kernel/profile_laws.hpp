// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/kernel/concept.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <initializer_list>
#include <limits>

/// What holds for every stationary profile of unit variance.
/// `expected`: the covariances at scaled distances 0.5, 1, 2 and 5.
template <bouillon::stationary_kernel Profile>
void check_profile(const Profile& profile, const std::array<double, 4>& expected) {
    const std::array<double, 4> distances = {0.5, 1, 2, 5};
    for (std::size_t i = 0; i < 4; ++i)
        CHECK(profile(distances[i] * distances[i]) == doctest::Approx(expected[i]).epsilon(1e-14));
    CHECK(profile(0) == 1);
    CHECK(std::isfinite(profile.derivative(0)));
    CHECK(profile(1e8) >= 0);
    CHECK(profile(1e8) < 1e-12);
    for (const double r2 : {0.01, 0.3, 1.0, 4.0, 20.0}) {
        CAPTURE(r2);
        const double step = 1e-5 * r2;
        CHECK(profile.derivative(r2) ==
              doctest::Approx((profile(r2 + step) - profile(r2 - step)) / (2 * step)).epsilon(1e-8));
        CHECK(profile.derivative(r2) < 0);
    }
}
