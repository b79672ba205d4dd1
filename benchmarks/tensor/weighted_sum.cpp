// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/thrust_backend.hpp>
#include <bouillon/tensor/weighted_sum.hpp>
#include <bouillon/tensor/xtensor_backend.hpp>

#include <benchmark/benchmark.h>

#include <cmath>
#include <cstring>
#include <vector>

// Bytes per second read and written by weighted sums, beside a copy (the machine's limit) and plain loops.
// Arguments: inputs, threads. Only ratios within one run mean something on a machine that others use.

namespace {

using namespace bouillon;

constexpr std::size_t bytes_per_tensor = 64 << 20;  // beyond any cache

/// Tensors of one dtype, their memory touched beforehand.
struct tensors {
    dtype type;
    std::size_t size = bytes_per_tensor / bytes(type);
    std::vector<detail::xtensor_storage<std::byte>> memory;  // (inputs + 1), the last the output's
    std::vector<tensor_view> inputs;
    std::vector<double> coefficients;

    tensors(dtype of, std::size_t count) : type(of) {
        for (std::size_t k = 0; k <= count; ++k) {
            memory.emplace_back(bytes_per_tensor);
            for (std::size_t i = 0; i < size; ++i)
                detail::store_element(type, memory[k].data(), i, static_cast<float>((i * 7 + k) % 113) / 64);
            if (k == count) break;
            inputs.push_back({memory[k].data(), size, type});
            coefficients.push_back(1 / static_cast<double>(count + k));
        }
    }
    mutable_tensor_view output() { return {memory.back().data(), size, type}; }
};

void count_bytes(benchmark::State& state, std::size_t tensors_touched) {
    const auto bytes = static_cast<std::int64_t>(tensors_touched * bytes_per_tensor);
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * bytes);
}

void copy(benchmark::State& state) {
    const auto threads = static_cast<std::size_t>(state.range(0));
    tensors t(dtype::f32, 1);
    constexpr std::size_t block = 1 << 18;
    for (auto _ : state)
        parallel_for(bytes_per_tensor / block, threads, [&](std::size_t i, std::size_t) {
            std::memcpy(t.memory[1].data() + i * block, t.memory[0].data() + i * block, block);
        });
    count_bytes(state, 2);
}

template <dtype Type>
void sum(benchmark::State& state) {
    const auto count = static_cast<std::size_t>(state.range(0));
    tensors t(Type, count);
    for (auto _ : state) weighted_sum(t.inputs, t.coefficients, t.output(), static_cast<std::size_t>(state.range(1)));
    count_bytes(state, count + 1);
}

template <dtype Type>
void thrust_sum(benchmark::State& state) {
    const auto count = static_cast<std::size_t>(state.range(0));
    const tensors t(Type, count);
    const default_thrust_backend backend;
    std::vector<default_thrust_backend::tensor> inputs;
    std::vector<const default_thrust_backend::tensor*> pointers;
    for (const auto& input : t.inputs) inputs.push_back(backend.view(input));
    for (const auto& input : inputs) pointers.push_back(&input);
    auto output = backend.allocate(t.size, Type);
    for (auto _ : state) backend.weighted_sum(pointers, t.coefficients, output);
    count_bytes(state, count + 1);
}

/// The twin of `sum`: what one writes first, a loop over the elements with a loop over the inputs inside.
template <dtype Type>
void raw_loop(benchmark::State& state) {
    const auto count = static_cast<std::size_t>(state.range(0));
    tensors t(Type, count);
    for (auto _ : state)
        for (std::size_t i = 0; i < t.size; ++i) {
            float value = 0;
            for (std::size_t k = 0; k < count; ++k)
                value = std::fma(static_cast<float>(t.coefficients[k]),
                                 detail::load_element<float>(Type, t.inputs[k].data, i), value);
            detail::store_element(Type, t.output().data, i, value);
        }
    count_bytes(state, count + 1);
}

void inputs_and_threads(benchmark::internal::Benchmark* benchmark) {
    for (const int threads : {1, 2})
        for (const int inputs : {2, 4, 8, 16}) benchmark->Args({inputs, threads});
    benchmark->ArgNames({"inputs", "threads"})->UseRealTime();
}

}  // namespace

BENCHMARK(copy)->ArgName("threads")->Arg(1)->Arg(2)->UseRealTime();
BENCHMARK(sum<dtype::f32>)->Apply(inputs_and_threads);
BENCHMARK(sum<dtype::bf16>)->Apply(inputs_and_threads);
BENCHMARK(sum<dtype::f16>)->Apply(inputs_and_threads);
BENCHMARK(thrust_sum<dtype::f32>)->ArgName("inputs")->Arg(4)->Arg(16)->UseRealTime();
BENCHMARK(thrust_sum<dtype::bf16>)->ArgName("inputs")->Arg(4)->Arg(16)->UseRealTime();
BENCHMARK(raw_loop<dtype::f32>)->ArgName("inputs")->Arg(4)->Arg(16)->UseRealTime();
BENCHMARK(raw_loop<dtype::bf16>)->ArgName("inputs")->Arg(4)->Arg(16)->UseRealTime();
