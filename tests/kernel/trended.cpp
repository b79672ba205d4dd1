// SPDX-License-Identifier: Apache-2.0
#include <bouillon/kernel/trended.hpp>

#include <bouillon/kernel/matern52.hpp>
#include <bouillon/kernel/squared_exponential.hpp>

#include <kernel/laws.hpp>

#include <doctest/doctest.h>

#include <vector>

using namespace bouillon;

TEST_CASE("up to eight dimensions a trended kernel is the kernel") {
    for (const std::size_t d : {1, 8}) {
        const auto x = detail::uniform_numbers(d, 1), y = detail::uniform_numbers(d, 2),
                   logs = detail::uniform_numbers(d, 3);
        CHECK(trended<matern52>{}.hyper_parameters(d) == d);
        CHECK(trended<matern52>{}(x, y, logs) == ard<matern52>{}(x, y, logs));
        CHECK(trended<matern52>{}.prior(d)[0].mean == ard<matern52>{}.prior(d)[0].mean);
    }
}

TEST_CASE("above eight dimensions a trended kernel has a quadratic trend") {
    constexpr std::size_t d = 9;
    const auto x = detail::uniform_numbers(d, 1), y = detail::uniform_numbers(d, 2),
               logs = detail::uniform_numbers(d + 2, 3);
    const trended<squared_exponential> kernel;
    const sum<squared_exponential, quadratic> both;
    CHECK(kernel(x, y, logs) == both(x, y, logs));
    REQUIRE(kernel.prior(d).size() == d + 2);
    CHECK(kernel.prior(d)[d + 1].mean == both.prior(d)[d + 1].mean);
}

TEST_CASE("gradients of a trended kernel are its central differences, with the trend and without") {
    check_covariance(trended<matern52>{}, 3, {-0.5, 0.3, -1.1});
    auto logs = detail::uniform_numbers(11, 4);
    check_covariance(trended<matern52>{}, 9, logs);
}
