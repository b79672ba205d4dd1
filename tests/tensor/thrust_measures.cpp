// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/thrust_measures.hpp>

#include <bouillon/tensor/thrust_backend.hpp>

#include <tensor/bf16_numbers.hpp>
#include <tensor/device_on_host.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

using namespace bouillon;
using namespace bouillon::detail;
using test::bytes_of;

namespace {

template <class Array>
tensor_view view_of(const Array& array, dtype type) {
    return {bytes_of(array), array.size(), type};
}

std::vector<float> random_numbers(std::size_t size) {
    std::mt19937 engine(3);
    std::normal_distribution<float> normal;
    std::vector<float> numbers(size);
    for (float& number : numbers) number = normal(engine);
    return numbers;
}

}  // namespace

TEST_CASE("a norm is that of a float64 loop, and the same bits on every system") {
    for (const float largest : {1.0f, 1e7f, 1e30f, 1e-38f}) {
        auto numbers = random_numbers(10007);
        if (largest > 1) numbers[17] = largest;
        if (largest < 1)
            for (float& number : numbers) number *= largest;
        double squares = 0;
        for (const float number : numbers) squares += std::pow(static_cast<double>(number), 2);
        const double whole = norm(thrust_sequential(), view_of(numbers, dtype::f32));
        CHECK(whole == doctest::Approx(std::sqrt(squares)).epsilon(1e-14));
        CHECK(norm(device_on_host(), view_of(numbers, dtype::f32)) == whole);
        std::shuffle(numbers.begin(), numbers.end(), std::mt19937(4));
        CHECK(norm(thrust_sequential(), view_of(numbers, dtype::f32)) == whole);
    }
}

TEST_CASE("a distance is the norm of a difference, between types too") {
    const std::vector<float> a = {1, 2, 3};
    const auto b = test::to_bf16({1, -1, 7});
    CHECK(distance(thrust_sequential(), view_of(a, dtype::f32), view_of(b, dtype::bf16)) == 5);
    CHECK(distance(thrust_sequential(), view_of(b, dtype::bf16), view_of(b, dtype::bf16)) == 0);
    CHECK_THROWS_WITH_AS(distance(thrust_sequential(), view_of(a, dtype::f32), {bytes_of(b), 2, dtype::bf16}),
                         "a tensor of 3 elements has no distance from one of 2", input_error);
}

TEST_CASE("what is not finite is counted, and makes norms infinite") {
    auto numbers = random_numbers(1000);
    CHECK(count_non_finite(thrust_sequential(), view_of(numbers, dtype::f32)) == 0);
    numbers[0] = NAN, numbers[999] = INFINITY;
    CHECK(count_non_finite(thrust_sequential(), view_of(numbers, dtype::f32)) == 2);
    CHECK(std::isinf(norm(thrust_sequential(), view_of(numbers, dtype::f32))));
    CHECK_THROWS_WITH_AS(norm(thrust_sequential(), view_of(numbers, dtype::i32)), "a tensor of I32 cannot be measured",
                         input_error);
}

TEST_CASE("an empty tensor and one of zeros have no length, and a Thrust backend measures its tensors") {
    const default_thrust_backend backend;
    const std::vector<float> zeros(5), numbers = {3, 4};
    const auto nothing = backend.upload({}, dtype::f32), null = backend.view(view_of(zeros, dtype::f32));
    const auto five = backend.view(view_of(numbers, dtype::f32));
    CHECK(backend.norm(nothing) == 0);
    CHECK(backend.norm(null) == 0);
    CHECK(backend.norm(five) == 5);
    CHECK(backend.distance(five, backend.view({bytes_of(zeros), 2, dtype::f32})) == 5);
    CHECK(backend.count_non_finite(five) == 0);
}
