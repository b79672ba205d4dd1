// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/testing/kernel.hpp>

#include <doctest/doctest.h>

#include <check_laws.hpp>

#include <array>
#include <cstddef>
#include <initializer_list>
#include <vector>

/// Checks a profile that falls to 0: its laws, and its values against those that others computed.
/// @param expected the covariances at scaled distances 0.5, 1, 2 and 5
template <bouillon::stationary_kernel Profile>
void check_profile(const Profile& profile, const std::array<double, 4>& expected) {
    const std::array<double, 4> distances = {0.5, 1, 2, 5};
    for (std::size_t i = 0; i < 4; ++i)
        CHECK(profile(distances[i] * distances[i]) == doctest::Approx(expected[i]).epsilon(1e-14));
    CHECK(profile(1e8) >= 0);
    CHECK(profile(1e8) < 1e-12);
    for (const double r2 : {0.01, 0.3, 1.0, 4.0, 20.0}) CHECK(profile.derivative(r2) < 0);
    check_laws(bouillon::kernel_violations(profile));
}

/// Checks that a covariance writes its own matrices, and its laws.
template <bouillon::batched_kernel Kernel>
void check_covariance(const Kernel& kernel, std::size_t dimension, const std::vector<double>& logs) {
    check_laws(bouillon::covariance_violations(kernel, dimension, logs));
}
