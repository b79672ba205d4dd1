// SPDX-License-Identifier: Apache-2.0
#include <bouillon/kernel/matern12.hpp>

#include <bouillon/kernel/ard.hpp>

#include <kernel/laws.hpp>

#include <doctest/doctest.h>

TEST_CASE("the Matern 1/2 profile has its reference values and its derivative") {
    check_profile(bouillon::matern12{},
                  {.60653065971263342, .36787944117144232, .13533528323661269, .0067379469990854671});
}

TEST_CASE("gradients of a Matern 1/2 covariance are its central differences") {
    check_covariance(bouillon::ard<bouillon::matern12>{}, 3, {-0.5, 0.3, -1.1});
}

TEST_CASE("gradients by a point stay finite next to it and vanish at it") {
    const bouillon::ard<bouillon::matern12> kernel;
    const std::vector<double> points = {0.5, 0.5 + 1e-300, 0.5 + 1e-12, 0.5 + 1e-4}, logs = {0.0};
    std::vector<double> gradients(4);
    kernel.fill_point_gradients(std::vector{0.5}, points, logs, gradients);
    CHECK(gradients[0] == 0);
    CHECK(gradients[1] == 0);
    CHECK(std::abs(gradients[2]) <= 1);
    CHECK(gradients[3] == doctest::Approx(1).epsilon(1e-3));
}
