// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/weighted_sum.hpp>

#include <bouillon/testing/host_tensor.hpp>

#include <doctest/doctest.h>

using namespace bouillon;
using detail::host_tensor;

namespace {

host_tensor sum(const std::vector<host_tensor>& inputs, std::span<const double> coefficients, dtype type,
                std::size_t threads = 1) {
    std::vector<tensor_view> views;
    for (const auto& input : inputs) views.push_back(input.view());
    host_tensor output(type, inputs[0].size);
    weighted_sum(views, coefficients, {output.data().data(), output.size, type}, threads);
    return output;
}

}  // namespace

TEST_CASE("a weighted sum has the same bits for every number of threads") {
    std::mt19937 engine(1);
    for (const dtype type : detail::float_types) {
        std::vector<host_tensor> inputs;
        for (int k = 0; k < 9; ++k) inputs.push_back(detail::random_tensor(type, 300'001, engine));
        const std::vector<double> coefficients = {0.5, -0.25, 0.3, 0.1, 0, 1, -1, 0.05, 0.3};
        const auto one = sum(inputs, coefficients, type);
        for (const std::size_t threads : {0, 2, 3, 7})
            CHECK(sum(inputs, coefficients, type, threads).memory == one.memory);
    }
}

TEST_CASE("a weight of 1 gives the input back bit for bit, negative zero included") {
    std::mt19937 engine(2);
    for (const dtype type : detail::float_types) {
        std::vector<host_tensor> inputs = {detail::random_tensor(type, 99, engine)};
        inputs[0].set(5, -0.0);
        CHECK(sum(inputs, std::vector{1.0}, type).memory == inputs[0].memory);
    }
}

TEST_CASE("values worked out by hand") {
    std::vector<host_tensor> inputs(2, host_tensor(dtype::f32, 1));
    inputs[0].set(0, 16777216);  // 2^24, the last float32 integer before the gaps
    inputs[1].set(0, 1);
    CHECK(sum(inputs, std::vector{1.0, 1.0}, dtype::f32)[0] == 16777216);  // a tie, to even
    CHECK(sum(inputs, std::vector{1.0, 1.5}, dtype::f32)[0] == 16777218);
    CHECK(sum(inputs, std::vector{1.0, 1.0}, dtype::f64)[0] == 16777217);
    inputs[0].set(0, 1);
    CHECK(sum(inputs, std::vector{1.0, 0x1p-8}, dtype::bf16)[0] == 1.0);  // a tie, to even
    CHECK(sum(inputs, std::vector{1.0, 0x1.8p-8}, dtype::bf16)[0] == 1 + 0x1p-7);
    CHECK(std::isinf(sum(inputs, std::vector{65504.0, 16.0}, dtype::f16)[0]));  // halfway beyond the largest
    CHECK(sum(inputs, std::vector{65504.0, 15.0}, dtype::f16)[0] == 65504);
}

TEST_CASE("what cannot be summed is refused with both values") {
    const std::vector<host_tensor> inputs = {host_tensor(dtype::f32, 3), host_tensor(dtype::f32, 4)};
    CHECK_THROWS_WITH_AS(sum(inputs, std::vector{1.0, 1.0}, dtype::f32),
                         "weighted sum: input 1 has 4 elements, the output has 3", input_error);
    CHECK_THROWS_WITH_AS(sum(inputs, std::vector{1.0}, dtype::f32), "weighted sum: 2 inputs but 1 coefficients",
                         input_error);
    CHECK_THROWS_WITH_AS(sum(inputs, std::vector{1.0, 1.0}, dtype::i64), "weighted sum: the output cannot be I64",
                         input_error);
    CHECK_THROWS_WITH_AS(sum({host_tensor(dtype::u8, 3)}, std::vector{1.0}, dtype::f32),
                         "weighted sum: input 0 is U8, which cannot be added", input_error);
}
