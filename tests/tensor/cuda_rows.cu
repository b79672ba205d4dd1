// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/cuda_rows.hpp>

#include <bouillon/tensor/log_sum_exp.hpp>

#include <cuda_here.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

using namespace bouillon;
using namespace bouillon::detail;

namespace {

/// Row r minus the mean of its elements, in place.
struct centred_rows {
    using value = float;
    float* data;  ///< (rows, width)
    std::size_t width;

    __device__ float nothing() const { return 0; }
    __device__ float merge(float a, float b) const { return a + b; }
    __device__ std::size_t steps() const { return width; }
    __device__ float read(std::size_t row, std::size_t step) const { return data[row * width + step]; }
    __device__ float finish(std::size_t, float sum) const { return sum / static_cast<float>(width); }
    __device__ void write(std::size_t row, std::size_t step, float mean) const { data[row * width + step] -= mean; }
};

/// The logarithm of the sum of a row's exponentials, written once, by what ends the row.
struct log_sums {
    using value = exponential_sum;
    const float* data;  ///< (rows, width)
    float* sums;        ///< (rows)
    std::size_t width;

    __device__ value nothing() const { return no_exponentials(); }
    __device__ value merge(value a, value b) const { return add(a, b); }
    __device__ std::size_t steps() const { return width; }
    __device__ value read(std::size_t row, std::size_t step) const { return {data[row * width + step], 1}; }
    __device__ value finish(std::size_t row, value all) const {
        sums[row] = all.largest + logf(all.sum);
        return all;
    }
    __device__ void write(std::size_t, std::size_t, value) const {}
};

std::vector<float> sample(std::size_t size) {
    std::vector<float> values(size);
    for (std::size_t i = 0; i < size; ++i) values[i] = static_cast<float>(i * 2654435761u % 1000) / 100 - 5;
    return values;
}

/// Floats in device memory.
struct on_device {
    explicit on_device(const std::vector<float>& host) : size(host.size()) {
        REQUIRE(cudaMalloc(&data, std::max<std::size_t>(4 * size, 4)) == cudaSuccess);
        REQUIRE(cudaMemcpy(data, host.data(), 4 * size, cudaMemcpyHostToDevice) == cudaSuccess);
    }
    ~on_device() { cudaFree(data); }
    std::vector<float> host() const {
        std::vector<float> values(size);
        REQUIRE(cudaMemcpy(values.data(), data, 4 * size, cudaMemcpyDeviceToHost) == cudaSuccess);
        return values;
    }
    float* data = nullptr;
    std::size_t size;
};

}  // namespace

TEST_CASE("rows are reduced by blocks as by a loop, in place, whatever their number and width") {
    if (!has_device()) return;
    for (const std::size_t rows : {0, 1, 5})
        for (const std::size_t width : {1, 2, 31, 32, 33, 255, 256, 257, 1000}) {
            const auto values = sample(rows * width);
            const on_device device(values);
            reduce_rows_by_blocks(rows, centred_rows{device.data, width}, cudaStreamLegacy);
            const auto result = device.host();
            for (std::size_t row = 0; row < rows; ++row) {
                double mean = 0;
                for (std::size_t i = 0; i < width; ++i) mean += values[row * width + i] / static_cast<double>(width);
                for (std::size_t i = row * width; i < (row + 1) * width; ++i)
                    CHECK(result[i] == doctest::Approx(values[i] - mean).epsilon(1e-5).scale(5));
            }
        }
}

TEST_CASE("a value of several numbers is reduced too, and ends with the row's total") {
    if (!has_device()) return;
    for (const std::size_t width : {1, 7, 300}) {
        const auto values = sample(3 * width);
        const on_device device(values), sums(std::vector<float>(3));
        reduce_rows_by_blocks(3, log_sums{device.data, sums.data, width}, cudaStreamLegacy);
        const auto result = sums.host();
        for (std::size_t row = 0; row < 3; ++row) {
            double sum = 0;
            for (std::size_t i = 0; i < width; ++i) sum += std::exp(values[row * width + i]);
            CHECK(result[row] == doctest::Approx(std::log(sum)).epsilon(1e-6));
        }
    }
}

TEST_CASE("rows without steps have a total as well, that of nothing") {
    if (!has_device()) return;
    const on_device sums({1, 1});
    reduce_rows_by_blocks(2, log_sums{nullptr, sums.data, 0}, cudaStreamLegacy);
    CHECK(sums.host() == std::vector<float>(2, -INFINITY));
}

TEST_CASE("more rows than a launch has blocks are refused") {
    CHECK_THROWS_AS(reduce_rows_by_blocks(std::size_t{1} << 31, centred_rows{}, cudaStreamLegacy), input_error);
}
