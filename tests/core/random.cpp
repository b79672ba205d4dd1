// SPDX-License-Identifier: Apache-2.0
#include <bouillon/core/random.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <numeric>
#include <set>
#include <span>
#include <utility>
#include <vector>

using namespace bouillon;

TEST_CASE("the engine has the sequence that the C++ standard fixes") {
    random_engine engine;
    engine.discard(9999);
    CHECK(engine() == 9981545732273789042ull);
}

TEST_CASE("a seed and a stream give the same numbers everywhere") {
    // Computed by another program, from the definitions of seed_seq and mersenne_twister_engine in the C++ standard.
    auto engine = make_engine(1, 2);
    const std::uint64_t first = engine();
    auto again = make_engine(1, 2);
    CHECK(again() == first);
    CHECK(first == 960524919686204622ull);
}

TEST_CASE("streams and seeds differ, also in their upper halves") {
    std::set<std::uint64_t> firsts;
    for (const std::uint64_t seed : {0ull, 1ull, 1ull << 32, ~0ull})
        for (const std::uint64_t stream : {0ull, 1ull, 1ull << 32, ~0ull}) firsts.insert(make_engine(seed, stream)());
    CHECK(firsts.size() == 16);
}

TEST_CASE("uniform numbers fill the unit interval evenly and never reach one") {
    auto engine = make_engine(3);
    int counts[10] = {};
    for (int i = 0; i < 100000; ++i) {
        const double u = uniform(engine);
        REQUIRE(u >= 0);
        REQUIRE(u < 1);
        ++counts[static_cast<int>(10 * u)];
    }
    for (const int count : counts) CHECK(std::abs(count - 10000) < 5 * std::sqrt(9000.0));
}

TEST_CASE("normal numbers have the moments and the tail of the normal distribution") {
    auto engine = make_engine(4);
    const int draws = 200000;
    double sum = 0, squares = 0, fourths = 0;
    int beyond_two = 0;
    for (int i = 0; i < draws; ++i) {
        const double z = normal(engine);
        REQUIRE(std::isfinite(z));
        sum += z;
        squares += z * z;
        fourths += z * z * z * z;
        beyond_two += std::abs(z) > 2;
    }
    const double error = 5 / std::sqrt(draws);  // five standard errors of a unit-variance mean
    CHECK(std::abs(sum / draws) < error);
    CHECK(std::abs(squares / draws - 1) < error * std::sqrt(2.0));
    CHECK(std::abs(fourths / draws - 3) < error * std::sqrt(96.0));
    CHECK(std::abs(static_cast<double>(beyond_two) / draws - 0.04550026389635842) < error * 0.21);
}

TEST_CASE("a shuffle makes every order equally likely") {
    std::map<std::vector<int>, int> times;
    auto engine = make_engine(5);
    for (int i = 0; i < 24000; ++i) {
        std::vector values = {0, 1, 2, 3};
        shuffle(std::span(values), engine);
        ++times[values];
    }
    REQUIRE(times.size() == 24);
    for (const auto& [order, count] : times) CHECK(std::abs(count - 1000) < 5 * std::sqrt(1000.0));
}

TEST_CASE("a shuffle's order follows from the engine by Fisher and Yates's method") {
    std::vector<int> values(20), expected(20);
    std::iota(values.begin(), values.end(), 0);
    std::iota(expected.begin(), expected.end(), 0);
    auto engine = make_engine(6), again = make_engine(6);
    shuffle(std::span(values), engine);
    for (std::size_t i = 20; i > 1; --i)
        std::swap(expected[i - 1], expected[static_cast<std::size_t>(uniform(again) * static_cast<double>(i))]);
    CHECK(values == expected);
    CHECK(engine() == again());
}

TEST_CASE("the tail of a shuffle takes as many numbers as it has values") {
    std::vector<int> values(20);
    std::iota(values.begin(), values.end(), 0);
    auto engine = make_engine(7), again = make_engine(7);
    shuffle_tail(std::span(values), 3, engine);
    again.discard(3);
    CHECK(engine() == again());
    CHECK(std::set<int>(values.begin(), values.end()).size() == 20);
    for (int i = 0; i < 14; ++i) CHECK((values[i] == i || values[i] >= 17));
}

TEST_CASE("a shuffle of nothing or of one value draws nothing") {
    std::vector<int> none, one = {1};
    auto engine = make_engine(8), again = make_engine(8);
    shuffle(std::span(none), engine);
    shuffle(std::span(one), engine);
    CHECK(engine() == again());
}
