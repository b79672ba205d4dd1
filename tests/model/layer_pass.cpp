// SPDX-License-Identifier: Apache-2.0
#include <bouillon/model/layer_pass.hpp>

#include <bouillon/tensor/xtensor_backend.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace bouillon;

// Whole passes of every family are compared with transformers in tests/score/decoders.cpp. Here one token goes through
// one layer of width 2 whose maps are small enough to follow: attention to itself returns its value.

namespace {

using weights = detail::layer_weights<xtensor_backend>;

decoder narrow() {
    decoder of{.width = 2, .heads = 1, .key_value_heads = 1, .head_dim = 2, .value_dim = 2, .feed_forward = 2};
    of.layers = {{.rotary = std::nullopt, .attention_scale = 1}};
    of.attention_norms = of.feed_forward_norms = {.input = false};
    of.activation.kind = activation::relu;
    of.gated = false;
    return of;
}

/// Makes a map multiply by a number.
void scale_by(detail::linear_map<xtensor_backend::buffer>& map, float factor) {
    map.weight = detail::to_buffer(xtensor_backend{}, std::vector<float>{factor, 0, 0, factor});
}

/// What one token's residual (2) becomes: values are 2 x, attention's output 3 of them, the feed-forward 5 relu(7 x).
std::vector<float> residual_after(const decoder& of, const std::vector<float>& x) {
    const xtensor_backend backend;
    weights layer(of, backend);
    for (auto* const map : {&layer.query, &layer.key}) scale_by(*map, 1);
    scale_by(layer.value, 2);
    scale_by(layer.attention_output, 3);
    scale_by(layer.feed_forward.up, 7);
    scale_by(layer.feed_forward.down, 5);
    layer.attention_norms.input.weight = detail::to_buffer(backend, std::vector<float>{1, 1});
    prepared_batch<xtensor_backend> batch;
    batch.rows = 1;
    batch.tokens = batch.targets = batch.positions = {0};
    batch.windows = {0, 1};
    auto residual = detail::to_buffer(backend, x);
    auto work = detail::activations<xtensor_backend::buffer, xtensor_backend::indices>::make(of, backend, 1);
    const detail::position_buffers<xtensor_backend> positions(of, backend, 1);
    detail::layer_pass<xtensor_backend>(of, backend, layer, positions)(of.layers[0], batch, residual, work);
    return {residual.begin(), residual.end()};
}

}  // namespace

TEST_CASE("a half adds to what the half before it left") {
    CHECK(residual_after(narrow(), {1, -1}) == std::vector<float>{7 + 5 * 7 * 7, -7});
    CHECK(residual_after(narrow(), {0, 2}) == std::vector<float>{0, 14 + 5 * 7 * 14});
}

TEST_CASE("both halves read the same norm where they are side by side and there is one") {
    decoder of = narrow();
    of.attention_norms.input = of.parallel_residual = true;
    CHECK(residual_after(of, {1, 1}) == std::vector<float>{1 + 6 + 35, 1 + 6 + 35});  // the norm of ones is ones
}

TEST_CASE("what a half adds is scaled where the description says so") {
    decoder of = narrow();
    of.residual_scale = 0.5;
    CHECK(residual_after(of, {2, 0}) == std::vector<float>{8 + 5 * 7 * 8 / 2, 0});
}

TEST_CASE("values are clamped before they are attended to") {
    decoder of = narrow();
    of.query_key_value_limit = 1;
    CHECK(residual_after(of, {2, 0}) == std::vector<float>{5 + 5 * 7 * 5, 0});
}
