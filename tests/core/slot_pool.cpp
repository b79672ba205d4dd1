// SPDX-License-Identifier: Apache-2.0
#include <bouillon/core/slot_pool.hpp>

#include <doctest/doctest.h>

#include <stdexcept>

using bouillon::detail::slot_pool;

TEST_CASE("the best free thing is used, or else the first, and each by one at a time") {
    slot_pool<int> pool({10, 20, 30});
    const auto is = [](int wanted) { return [wanted](int thing) { return thing == wanted; }; };
    const auto thing = [](int& used) { return used; };
    CHECK(pool.size() == 3);
    CHECK(pool.use(is(20), thing) == 20);
    CHECK(pool.use(is(99), thing) == 10);
    pool.use(is(20), [&](int&) {
        CHECK(pool.use(is(20), thing) == 10);
        CHECK(pool.use(is(10), [&](int&) { return pool.use(is(20), thing); }) == 30);
        return 0;
    });
    CHECK(pool.use(is(20), thing) == 20);
}

TEST_CASE("a thing is free again when its use ends by an exception") {
    slot_pool<int> pool({10});
    const auto any = [](int) { return true; };
    CHECK_THROWS_AS(pool.use(any, [](int&) -> int { throw std::runtime_error("x"); }), std::runtime_error);
    CHECK(pool.use(any, [](int& used) { return ++used; }) == 11);
    int sum = 0;
    pool.for_each([&](int used) { sum += used; });
    CHECK(sum == 11);
}
