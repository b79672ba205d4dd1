// SPDX-License-Identifier: Apache-2.0
#include <bouillon/model/position_buffers.hpp>

#include <bouillon/tensor/xtensor_backend.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace bouillon;

namespace {

/// Two windows, of two tokens and of one.
window_batch two_windows() {
    window_batch batch;
    batch.tokens = batch.targets = {0, 0, 0};
    batch.positions = {0, 1, 0};
    batch.window_offsets = {0, 2, 3};
    return batch;
}

std::vector<float> turned(const decoder& of, const decoder_layer& layer, std::size_t window) {
    const xtensor_backend backend;
    const detail::position_buffers<xtensor_backend> positions(of, backend, window);
    auto x = detail::to_buffer(backend, std::vector<float>{1, 0, 1, 0, 1, 0});
    const window_batch batch = two_windows();
    prepared_batch<xtensor_backend> prepared;
    prepared.rows = batch.rows();
    prepared.positions = batch.positions;
    prepared.angles = positions.angles_of(of, backend, batch);
    positions.turn(of, backend, layer, prepared, 1, 2, x);
    return {x.begin(), x.end()};
}

}  // namespace

TEST_CASE("a layer turns by its places in each window, and one without positions does not") {
    const decoder of{.rotaries = {{.dims = 2}}};
    const auto x = turned(of, {.rotary = 0}, 4);
    CHECK(x[0] == 1);
    CHECK(x[2] == doctest::Approx(std::cos(1.0)));
    CHECK(x[3] == doctest::Approx(std::sin(1.0)));
    CHECK(x[4] == 1);
    CHECK(turned(of, {.rotary = std::nullopt}, 4) == std::vector<float>{1, 0, 1, 0, 1, 0});
}

TEST_CASE("windows that the original context does not hold are turned by frequencies of their own") {
    rotary_settings rotary{.dims = 2, .kind = rotary_settings::scaling::long_rope, .original_context = 1};
    rotary.short_factors = {1};
    rotary.long_factors = {4};
    const auto x = turned({.rotaries = {rotary}}, {.rotary = 0}, 4);
    CHECK(x[3] == doctest::Approx(std::sin(0.25)));
    CHECK(x[4] == 1);
}

TEST_CASE("there is a bias for each head and place where the model has one") {
    decoder of{.heads = 2};
    const xtensor_backend backend;
    CHECK(detail::position_buffers<xtensor_backend>(of, backend, 5).bias().size() == 0);
    of.bias_by_position = position_bias::alibi;
    CHECK(detail::position_buffers<xtensor_backend>(of, backend, 5).bias().size() == 10);
}
