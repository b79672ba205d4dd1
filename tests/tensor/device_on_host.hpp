// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/blas.hpp>
#include <bouillon/tensor/device_product.hpp>
#include <bouillon/tensor/element.hpp>
#include <bouillon/tensor/precision.hpp>
#include <bouillon/tensor/thrust_system.hpp>

#include <cstddef>
#include <vector>

/// A device that is the host: what a GPU runs, run by the tests of every build, in either type.
///
/// A tf32 product rounds nothing here.
struct device_on_host : bouillon::thrust_sequential {
    static constexpr bool on_device = true;

    bouillon::precision multiplies_in = bouillon::precision::float32;

    bouillon::precision precision() const { return multiplies_in; }

    void multiply(const bouillon::detail::device_product& product) const {
        for (std::size_t i = 0; i < product.batch; ++i) multiply(product, i);
    }

 private:
    template <class Byte>
    static std::vector<float> values(const bouillon::detail::device_matrix<Byte>& matrix, std::size_t i,
                                     std::size_t rows, std::size_t columns) {
        std::vector<float> read(rows * columns);
        const auto fill = [&](auto load) {
            for (std::size_t row = 0; row < rows; ++row)
                for (std::size_t column = 0; column < columns; ++column)
                    read[row * columns + column] = load(i * matrix.batch_step + row * matrix.row_step + column);
        };
        using bouillon::dtype;
        if (matrix.type == dtype::bf16)
            fill([&](std::size_t at) { return bouillon::load_element<float>(dtype::bf16, matrix.data, at); });
        else
            fill([&](std::size_t at) { return bouillon::load_element<float>(dtype::f32, matrix.data, at); });
        return read;
    }

    static void multiply(const bouillon::detail::device_product& product, std::size_t i) {
        const std::size_t m = product.m, n = product.n, k = product.k;
        const auto a = values(product.a, i, m, k);
        const auto b = values(product.b, i, product.transpose_b ? n : k, product.transpose_b ? k : n);
        auto sums = product.beta == 0 ? std::vector<float>(m * n) : values(product.output, i, m, n);
        bouillon::detail::gemm(false, product.transpose_b, m, n, k, product.alpha, a.data(), k, b.data(),
                               product.transpose_b ? k : n, product.beta, sums.data(), n);
        for (std::size_t row = 0; row < m; ++row)
            for (std::size_t column = 0; column < n; ++column)
                bouillon::store_element(product.output.type, product.output.data,
                                        i * product.output.batch_step + row * product.output.row_step + column,
                                        sums[row * n + column]);
    }
};
