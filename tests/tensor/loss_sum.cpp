// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/loss_sum.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <vector>

using namespace bouillon::detail;

namespace {

fixed_loss sum_of(const std::vector<fixed_loss>& losses) {
    return std::accumulate(losses.begin(), losses.end(), fixed_loss{0}, add_fixed_losses{});
}

}  // namespace

TEST_CASE("a loss is off by at most 2^-33 nats, and exact from 2^-8 on") {
    for (const float loss : {0.0f, 1e-12f, 3e-5f, 0.0031f, 0.7f, 11.25f, 12345.678f}) {
        const double error = std::abs(to_nats(to_fixed_loss{}(loss)) - static_cast<double>(loss));
        CHECK(error <= std::ldexp(1.0, -33));
        if (loss >= 1.0f / 256) CHECK(error == 0);
    }
    CHECK(to_fixed_loss{}(-1e-7f) == 0);
}

TEST_CASE("a sum does not depend on its order, with losses that are not finite or too large either") {
    std::mt19937 engine(1);
    std::vector<float> losses(500);
    for (float& loss : losses) loss = std::exponential_distribution<float>(0.1f)(engine);
    for (const float last : {1.0f, 3e9f, INFINITY, NAN}) {
        losses.back() = last;
        std::vector<fixed_loss> fixed;
        for (const float loss : losses) fixed.push_back(to_fixed_loss{}(loss));
        const fixed_loss sum = sum_of(fixed);
        for (int i = 0; i < 5; ++i) {
            std::shuffle(fixed.begin(), fixed.end(), engine);
            CHECK(sum_of(fixed) == sum);
        }
        const double expected = std::accumulate(losses.begin(), losses.end(), 0.0);
        if (last == 1.0f) CHECK(to_nats(sum) == doctest::Approx(expected).epsilon(1e-12));
        if (last > 1) CHECK(std::isinf(to_nats(sum)));
        if (std::isnan(last)) CHECK(std::isnan(to_nats(sum)));
    }
}

TEST_CASE("addition is associative and commutative up to the largest sums, and 0 adds nothing") {
    const std::vector<fixed_loss> values = {
        0, 1, fixed_infinity / 2, fixed_infinity / 2 + 1, fixed_infinity - 1, fixed_infinity, fixed_nan};
    const add_fixed_losses add;
    for (const fixed_loss a : values) {
        CHECK(add(a, 0) == a);
        for (const fixed_loss b : values) {
            CHECK(add(a, b) == add(b, a));
            for (const fixed_loss c : values) CHECK(add(add(a, b), c) == add(a, add(b, c)));
        }
    }
}
