// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/model/decoder.hpp>
#include <bouillon/tensor/device_product.hpp>
#include <bouillon/tensor/shapes.hpp>

#include "device_clock.hpp"
#include "random_llama.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

/// Random numbers in device memory, in the type that products of the system's precision take.
inline gpu::buffer random_factors(const gpu& backend, std::size_t elements, std::uint64_t seed) {
    auto made = backend.make_buffer(elements, bouillon::buffer_use::matrix);
    fill_randomly(backend.system(), {made.data(), elements, made.type()}, seed, {0, 0.035f});
    return made;
}

/// The matrix products of a forward pass alone, as cuBLAS runs them for one pass of rows: seven a layer and the head's.
///
/// Attention's products are not among them. All layers take one layer's matrices, which no cache holds.
class model_products {
 public:
    model_products(const bouillon::decoder& of, const gpu& backend, std::size_t rows)
        : backend_(backend), rows_(rows), layers_(of.layers.size()), matrices_(layer_matrices(of)) {
        matrices_.push_back({"head", of.vocabulary, of.width});
        std::size_t widest = 0;
        for (const model_matrix& each : matrices_) {
            weights_.push_back(random_factors(backend, each.outputs * each.inputs, weights_.size()));
            widest = std::max(widest, each.inputs);
        }
        x_ = random_factors(backend, rows * widest, weights_.size());
        output_ = random_factors(backend, rows * std::max(of.vocabulary, widest), weights_.size() + 1);
    }

    void operator()() {
        for (std::size_t layer = 0; layer < layers_; ++layer)
            for (std::size_t i = 0; i + 1 < matrices_.size(); ++i) multiply(i);
        multiply(matrices_.size() - 1);
    }

    /// Tokens per second.
    double rate(const device_clock& clock) {
        return static_cast<double>(rows_) / clock.seconds([&] { (*this)(); });
    }

 private:
    void multiply(std::size_t i) {
        const model_matrix& matrix = matrices_[i];
        backend_.linear(x_, weights_[i], {.rows = rows_, .inputs = matrix.inputs, .outputs = matrix.outputs}, false,
                        output_);
    }

    gpu backend_;
    std::size_t rows_, layers_;
    std::vector<model_matrix> matrices_;  // (products of a layer, and the head's)
    std::vector<gpu::buffer> weights_{};  // (outputs, inputs) each
    gpu::buffer x_, output_;              // (rows, the widest inputs), (rows, the widest outputs)
};

/// Operations per second of a square product in BF16, which stands for the device's peak.
/// @param side 8192: 1.1e12 operations, and no cache holds the factors
inline double peak_rate(std::size_t side) {
    const bouillon::thrust_cuda system({.precision = bouillon::precision::bf16});
    const gpu backend(system);
    const auto a = random_factors(backend, side * side, 1), b = random_factors(backend, side * side, 2);
    auto output = random_factors(backend, side * side, 3);
    const bouillon::linear_shape shape{.rows = side, .inputs = side, .outputs = side};
    const auto multiply = [&] { backend.linear(a, b, shape, false, output); };
    multiply();  // to warm up
    constexpr int times = 10;
    const double seconds = device_clock(system.stream()).seconds([&] {
        for (int i = 0; i < times; ++i) multiply();
    });
    return times * 2.0 * static_cast<double>(side * side * side) / seconds;
}
