// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/cuda_products.hpp>

#include <cuda_here.hpp>

#include <cmath>
#include <limits>
#include <string>
#include <thread>
#include <vector>

using namespace bouillon;
using namespace bouillon::detail;

namespace {

/// Matrices of a batch in device memory, whose rows and batch have gaps between them, and what they are on the host.
struct matrices {
    matrices(dtype of, std::size_t count, std::size_t rows, std::size_t columns, unsigned seed)
        : type(of), row_step((columns + 15) / 8 * 8), batch_step((rows + 2) * row_step), size(count * batch_step) {
        std::vector<std::byte> bytes(size * bouillon::bytes(type));
        host.resize(size);
        for (std::size_t i = 0; i < size; ++i) {
            store_element(type, bytes.data(), i, static_cast<float>((i + seed) * 2654435761u % 2001) / 1000 - 1);
            host[i] = load_element<float>(type, bytes.data(), i);
        }
        REQUIRE(cudaMalloc(&data, bytes.size()) == cudaSuccess);
        REQUIRE(cudaMemcpy(data, bytes.data(), bytes.size(), cudaMemcpyHostToDevice) == cudaSuccess);
    }
    ~matrices() { cudaFree(data); }
    matrices(const matrices&) = delete;
    matrices& operator=(const matrices&) = delete;

    double at(std::size_t batch, std::size_t row, std::size_t column) const {
        return host[batch * batch_step + row * row_step + column];
    }
    std::vector<float> download() const {
        std::vector<std::byte> bytes(size * bouillon::bytes(type));
        REQUIRE(cudaMemcpy(bytes.data(), data, bytes.size(), cudaMemcpyDeviceToHost) == cudaSuccess);
        std::vector<float> values(size);
        for (std::size_t i = 0; i < size; ++i) values[i] = load_element<float>(type, bytes.data(), i);
        return values;
    }
    device_matrix<const std::byte> factor() const { return {data, type, row_step, batch_step}; }
    device_matrix<std::byte> output() const { return {data, type, row_step, batch_step}; }

    dtype type;
    std::size_t row_step, batch_step, size;
    std::vector<float> host{};
    std::byte* data = nullptr;
};

struct queue {
    explicit queue(precision how) : memory(0, cudaStreamLegacy), products(memory, cudaStreamLegacy, how) {}
    cuda_memory memory;
    cuda_products products;
};

struct shape {
    std::size_t m, n, k, batch;
};

/// The largest difference between a product and a loop in double, in parts of the sum of absolute values; infinite
/// where something else was written.
double product_error(cuda_products& products, dtype factors, dtype out, shape s, bool transpose_b, float alpha,
                     float beta) {
    const matrices a(factors, s.batch, s.m, s.k, 1);
    const matrices b(factors, s.batch, transpose_b ? s.n : s.k, transpose_b ? s.k : s.n, 2);
    const matrices c(out, s.batch, s.m, s.n, 3);
    products.multiply({.m = s.m,
                       .n = s.n,
                       .k = s.k,
                       .batch = s.batch,
                       .alpha = alpha,
                       .beta = beta,
                       .transpose_b = transpose_b,
                       .a = a.factor(),
                       .b = b.factor(),
                       .output = c.output()});
    auto result = c.download();
    double worst = 0;
    for (std::size_t batch = 0; batch < s.batch; ++batch)
        for (std::size_t i = 0; i < s.m; ++i)
            for (std::size_t j = 0; j < s.n; ++j) {
                double sum = beta * c.at(batch, i, j), size = std::abs(sum) + 1e-30;
                for (std::size_t l = 0; l < s.k; ++l) {
                    const double term =
                        alpha * a.at(batch, i, l) * (transpose_b ? b.at(batch, j, l) : b.at(batch, l, j));
                    sum += term;
                    size += std::abs(term);
                }
                const std::size_t at = batch * c.batch_step + i * c.row_step + j;
                worst = std::max(worst, std::abs(static_cast<double>(result[at]) - sum) / size);
                result[at] = c.host[at];
            }
    return result == c.host ? worst : std::numeric_limits<double>::infinity();
}

/// The largest error over shapes, transposes and factors before the product and the output.
double largest_error(precision how, dtype factors, dtype out) {
    queue device(how);
    double worst = 0;
    for (const shape s : {shape{1, 1, 1, 1}, {5, 7, 33, 1}, {64, 16, 8, 1}, {3, 4, 5, 6}, {4, 3, 0, 2}})
        for (const bool transpose_b : {false, true})
            for (const float beta : {0.0f, 1.0f, -0.5f})
                worst = std::max(worst, product_error(device.products, factors, out, s, transpose_b, 1.5f, beta));
    return worst;
}

}  // namespace

TEST_CASE("products are those of a loop, in every type, shape and transpose") {
    if (!has_device()) return;
    CHECK(largest_error(precision::float32, dtype::f32, dtype::f32) < 1e-6);
    CHECK(largest_error(precision::bf16, dtype::f32, dtype::f32) < 1e-6);
    CHECK(largest_error(precision::bf16, dtype::bf16, dtype::f32) < 1e-6);
    CHECK(largest_error(precision::bf16, dtype::bf16, dtype::bf16) < 0x1p-8);
    CHECK(largest_error(precision::float32, dtype::bf16, dtype::bf16) < 0x1p-8);
}

TEST_CASE("tf32 uses 10 bits of a factor's mantissa") {
    if (!has_device()) return;
    const double error = largest_error(precision::tf32, dtype::f32, dtype::f32);
    CHECK(error < 0x1p-9);
    CHECK(error > 0x1p-16);
}

TEST_CASE("what an output held before does not matter where beta is 0") {
    if (!has_device()) return;
    queue device(precision::float32);
    const matrices a(dtype::f32, 1, 2, 3, 1);
    for (const std::size_t k : {0, 3}) {
        const matrices c(dtype::f32, 1, 2, 2, 3);
        REQUIRE(cudaMemset(c.data, 0xff, c.size * 4) == cudaSuccess);  // NaNs
        device.products.multiply({.m = 2, .n = 2, .k = k, .a = a.factor(), .b = a.factor(), .output = c.output()});
        const auto result = c.download();
        for (const std::size_t i : {std::size_t{0}, std::size_t{1}, c.row_step, c.row_step + 1})
            CHECK(std::isfinite(result[i]));
    }
}

TEST_CASE("a product of no rows, columns or batches writes nothing") {
    if (!has_device()) return;
    queue device(precision::float32);
    const matrices c(dtype::f32, 1, 2, 2, 3);
    for (const shape s : {shape{0, 2, 2, 1}, {2, 0, 2, 1}, {2, 2, 2, 0}})
        device.products.multiply(
            {.m = s.m, .n = s.n, .k = s.k, .batch = s.batch, .a = c.factor(), .b = c.factor(), .output = c.output()});
    CHECK(c.download() == c.host);
}

TEST_CASE("a size that cuBLAS cannot count is refused") {
    if (!has_device()) return;
    queue device(precision::float32);
    const matrices c(dtype::f32, 1, 2, 2, 3);
    device_product product{.m = 2, .n = 2, .k = 2, .a = c.factor(), .b = c.factor(), .output = c.output()};
    product.k = std::size_t{1} << 31;
    CHECK_THROWS_AS(device.products.multiply(product), input_error);
}

TEST_CASE("several threads may multiply at once") {
    if (!has_device()) return;
    queue device(precision::float32);
    std::vector<double> errors(4, 1);
    {
        std::vector<std::jthread> threads;
        for (double& error : errors)
            threads.emplace_back([&] {
                error = product_error(device.products, dtype::f32, dtype::f32, {20, 30, 40, 1}, true, 1, 0);
            });
    }
    for (const double error : errors) CHECK(error < 1e-6);
}
