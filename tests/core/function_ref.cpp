// SPDX-License-Identifier: Apache-2.0
#include <bouillon/core/function_ref.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <span>
#include <string>
#include <vector>

using bouillon::function_ref;

namespace {

int twice(function_ref<int(int)> function, int x) { return function(function(x)); }

int successor(int x) { return x + 1; }

struct counter {
    int calls = 0;
    int operator()(int x) { return x + ++calls; }
};

static_assert(!std::is_constructible_v<function_ref<int(int)>, std::string>);
static_assert(!std::is_constructible_v<function_ref<int(std::string)>, counter>);

}  // namespace

TEST_CASE("a function_ref calls what it refers to, with its state") {
    counter count;
    CHECK(twice(count, 10) == 13);
    CHECK(count.calls == 2);
    int step = 5;
    const auto add = [&](int x) { return x + step; };
    CHECK(twice(add, 1) == 11);
    CHECK(twice(successor, 1) == 3);
}

TEST_CASE("a copy of a function_ref refers to the same callable") {
    counter count;
    const function_ref<int(int)> first(count);
    const function_ref<int(int)> second(first);
    CHECK(second(0) == 1);
    CHECK(first(0) == 2);
    CHECK(count.calls == 2);
}

TEST_CASE("arguments pass through as they are") {
    std::vector<double> values = {1, 2};
    const auto negate = [](std::span<double> numbers) {
        for (double& number : numbers) number = -number;
    };
    function_ref<void(std::span<double>)>{negate}(values);
    CHECK(values == std::vector<double>{-1, -2});
    const auto length = [](std::unique_ptr<int> moved) { return moved ? *moved : 0; };
    CHECK(function_ref<int(std::unique_ptr<int>)>{length}(std::make_unique<int>(3)) == 3);
}
