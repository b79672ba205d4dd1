// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/weighted_sum_batch.hpp>

#include <bouillon/tensor/xtensor_backend.hpp>
#include <bouillon/testing/backend.hpp>
#include <bouillon/testing/host_tensor.hpp>

#include <check_laws.hpp>

#include <doctest/doctest.h>

using namespace bouillon;
using detail::host_tensor;

namespace {

/// A backend that sums for one candidate at a time.
struct one_by_one : xtensor_backend {
    one_by_one() : xtensor_backend({.threads = 1}) {}
    void weighted_sum_batch() const = delete;
};
static_assert(!batching_backend<one_by_one>);

}  // namespace

TEST_CASE("candidates summed together have the same bits for every number of threads, beyond the caches too") {
    std::mt19937 engine(3);
    const std::size_t size = 4'400'000;  // outputs that go past the caches
    std::vector<host_tensor> inputs;
    std::vector<tensor_view> views;
    for (int k = 0; k < 3; ++k) inputs.push_back(detail::random_tensor(dtype::bf16, size, engine));
    for (const auto& input : inputs) views.push_back(input.view());
    std::vector<double> coefficients;
    for (int i = 0; i < 7 * 3; ++i) coefficients.push_back(i == 4 ? 0 : 0.1 * (i - 7));
    for (const std::size_t threads : {1, 3}) {
        std::vector<std::vector<std::uint16_t>> sums(7, std::vector<std::uint16_t>(size + 5));
        std::vector<mutable_tensor_view> outputs;
        for (std::size_t q = 0; q < 7; ++q)  // some at addresses alike, some apart
            outputs.push_back({reinterpret_cast<std::byte*>(sums[q].data() + (q > 4 ? q - 4 : 0)), size, dtype::bf16});
        weighted_sum_batch(views, coefficients, outputs, threads);
        for (std::size_t q = 0; q < 7; ++q) {
            host_tensor alone(dtype::bf16, size);
            weighted_sum(views, std::span(coefficients).subspan(q * 3, 3), alone.output());
            CHECK(std::equal(alone.data().begin(), alone.data().end(), outputs[q].data));
        }
    }
}

TEST_CASE("no candidates are no work, no inputs give zeros, and outputs of different sizes are refused") {
    weighted_sum_batch({}, {}, std::span<const mutable_tensor_view>());
    std::vector<float> a(3, 1.0f), b(4, 1.0f);
    const std::array<mutable_tensor_view, 2> outputs = {{{reinterpret_cast<std::byte*>(a.data()), 3, dtype::f32},
                                                         {reinterpret_cast<std::byte*>(b.data()), 3, dtype::f32}}};
    weighted_sum_batch({}, {}, outputs);
    CHECK(a == std::vector<float>{0, 0, 0});
    CHECK(b == std::vector<float>{0, 0, 0, 1});
    const tensor_view input = {reinterpret_cast<const std::byte*>(a.data()), 3, dtype::f32};
    CHECK_THROWS_WITH_AS(weighted_sum_batch({&input, 1}, std::vector{1.0}, outputs),
                         "weighted sum for 2 outputs: 1 inputs but 1 coefficients", input_error);
    const std::array<mutable_tensor_view, 2> unequal = {
        {outputs[0], {reinterpret_cast<std::byte*>(b.data()), 4, dtype::f32}}};
    CHECK_THROWS_WITH_AS(weighted_sum_batch({}, {}, unequal), "weighted sum: an output has 3 elements, another 4",
                         input_error);
}

TEST_CASE("a backend that cannot batch is asked for one candidate after the other") {
    check_laws(backend_violations(one_by_one()));
}
