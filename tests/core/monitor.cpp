// SPDX-License-Identifier: Apache-2.0
#include <bouillon/core/monitor.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>

using namespace bouillon;
using namespace std::chrono_literals;

TEST_CASE("one thread works at a time and as many wait as there are") {
    for (const std::size_t threads : {1, 2, 8}) {
        monitor one_at_a_time(threads);
        int left = 40, working = 0, most_working = 0;  // no lock and no atomic: the monitor's
        std::atomic<int> waiting{0}, most_waiting{0};
        one_at_a_time.run([&] {
            most_working = std::max(most_working, ++working);
            if (left == 0) return --working, false;
            --left;
            --working;
            one_at_a_time.wait([&] {
                const int now = ++waiting;
                for (int most = most_waiting; most < now && !most_waiting.compare_exchange_weak(most, now);) {
                }
                for (int waited = 0; waited < 10000 && most_waiting < int(threads); ++waited)
                    std::this_thread::sleep_for(1ms);  // until as many wait as may
                --waiting;
            });
            most_working = std::max(most_working, ++working);
            --working;
            return true;
        });
        CHECK(left == 0);
        CHECK(most_working == 1);
        CHECK(most_waiting == int(threads));
    }
}

TEST_CASE("what a wait gives or throws is its function's") {
    monitor alone(1);
    CHECK(alone.wait([] { return 7; }) == 7);
    CHECK_THROWS_AS(alone.wait([]() -> int { throw std::logic_error("x"); }), std::logic_error);
    CHECK(monitor(0).threads() == 1);
}

TEST_CASE("the first failure ends all threads and reaches the caller") {
    monitor several(4);
    int begun = 0;
    const auto fail = [&] {
        several.run([&]() -> bool {
            const int mine = ++begun;
            several.wait([&] {
                if (mine == 2) throw std::runtime_error("the second");
                while (!several.stopping()) std::this_thread::sleep_for(1ms);
            });
            return true;
        });
    };
    CHECK_THROWS_WITH_AS(fail(), "the second", std::runtime_error);
    CHECK(begun >= 2);  // those that had not begun by then never did
    CHECK(begun <= 4);
    CHECK_FALSE(several.stopping());
    begun = 10;
    several.run([&] { return --begun > 0; });  // and it can be used again
    CHECK(begun <= 0);
}

TEST_CASE("a run inside a step is that thread's alone") {
    monitor several(3);
    int outer = 3, inner = 0;
    several.run([&] {
        if (outer-- <= 0) return false;
        int left = 2;
        several.run([&] {
            ++inner;
            return --left > 0;
        });
        return true;
    });
    CHECK(inner == 6);
}
