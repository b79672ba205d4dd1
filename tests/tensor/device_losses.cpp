// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/device_losses.hpp>

#include <bouillon/tensor/thrust_rows.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <vector>

using namespace bouillon;
using namespace bouillon::detail;

TEST_CASE("blocks of the vocabulary give the loss that all of it gives, wherever the target is") {
    const std::array<float, 6> logits = {3, -1, 0.5f, 200, 1, 201};
    const double whole = 201 + std::log1p(std::exp(-1.0));
    for (std::int32_t target = 0; target < 6; ++target) {
        running_loss state{};
        float loss = NAN;
        for (std::size_t first = 0; first < 6; first += 2)
            reduce_rows(thrust_sequential(), 1,
                        add_logits_of_row{logits.data() + first, first, 2, 6, nullptr, 1, 0, &target, &state, &loss});
        CHECK(loss == doctest::Approx(whole - static_cast<double>(logits[static_cast<std::size_t>(target)])));
    }
}

TEST_CASE("a bias is scaled and added before the cap") {
    const std::array<float, 2> logits = {4, 0}, bias = {2, 0};
    const std::int32_t target = 1;
    running_loss state{};
    float loss = NAN;
    reduce_rows(thrust_sequential(), 1,
                add_logits_of_row{logits.data(), 0, 2, 2, bias.data(), 0.5f, 5, &target, &state, &loss});
    CHECK(loss == doctest::Approx(std::log1p(std::exp(5 * std::tanh(1.0)))));
}
