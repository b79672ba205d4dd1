// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/thrust_backend.hpp>
#include <bouillon/tensor/thrust_cuda.hpp>
#include <bouillon/tensor/weighted_sum.hpp>

#include "device_clock.hpp"
#include "random_elements.hpp"
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

// Bytes per second read and written by weighted sums on a GPU. Ten of them are timed in turn with ten copies from
// device memory to device memory in the same stream, whose share they have is the counter `of_copy`; and some of what a
// sum gives is compared with the host's bits first. Arguments: inputs, candidates in one pass.

namespace {

using namespace bouillon;
using gpu = thrust_backend<thrust_cuda>;

constexpr std::size_t bytes_per_tensor = std::size_t{256} << 20;
constexpr int times = 10;  // between two events: one sum alone would be timed with its launch

/// Random inputs in device memory, and outputs.
struct device_tensors {
    gpu backend;
    dtype type;
    std::size_t size = bytes_per_tensor / bytes(type);
    std::vector<gpu::tensor> memory;  // (inputs + outputs)
    std::vector<const gpu::tensor*> inputs;
    std::vector<gpu::tensor*> outputs;
    std::vector<double> coefficients;  // (outputs, inputs)

    device_tensors(dtype of, std::size_t count, std::size_t candidates) : type(of) {
        for (std::size_t k = 0; k < count + candidates; ++k) {
            memory.push_back(backend.allocate(size, type));
            if (k < count) fill_randomly(backend.system(), memory.back().writable(), k, {0, 1});
        }
        for (std::size_t k = 0; k < count; ++k) inputs.push_back(&memory[k]);
        for (std::size_t q = 0; q < candidates; ++q) outputs.push_back(&memory[count + q]);
        for (std::size_t i = 0; i < count * candidates; ++i) coefficients.push_back(1 / static_cast<double>(3 + i));
    }

    void sum() { backend.weighted_sum_batch(inputs, coefficients, outputs); }

    void copy() {
        detail::check_cuda(cudaMemcpyAsync(outputs[0]->writable().data, inputs[0]->view().data, bytes_per_tensor,
                                           cudaMemcpyDeviceToDevice, backend.system().stream()),
                           "copy");
    }

    /// Whether some elements of every output have the bits that the host computes from the same inputs.
    bool agrees_with_host() const {
        constexpr std::size_t part = 1 << 20;  // elements
        for (const std::size_t first : {std::size_t{0}, size - part}) {
            std::vector<std::vector<std::byte>> stored;  // (inputs)
            std::vector<tensor_view> views;              // (inputs)
            for (const gpu::tensor* input : inputs) stored.push_back(download(*input, first, part));
            for (const auto& bytes : stored) views.push_back({bytes.data(), part, type});
            for (std::size_t q = 0; q < outputs.size(); ++q) {
                std::vector<std::byte> expected(part * bytes(type));
                const std::span<const double> row(coefficients.data() + q * inputs.size(), inputs.size());
                weighted_sum(views, row, {expected.data(), part, type}, 0);
                if (expected != download(*outputs[q], first, part)) return false;
            }
        }
        return true;
    }

 private:
    std::vector<std::byte> download(const gpu::tensor& from, std::size_t first, std::size_t count) const {
        std::vector<std::byte> host(count * bytes(type));
        backend.download(backend.view({from.view().data + first * bytes(type), count, type}), host);
        return host;
    }
};

template <dtype Type>
void sum(benchmark::State& state) try {
    const auto count = static_cast<std::size_t>(state.range(0)), candidates = static_cast<std::size_t>(state.range(1));
    device_tensors t(Type, count, candidates);
    t.sum();
    if (!t.agrees_with_host()) return state.SkipWithError("not the bits of the host");
    const device_clock clock(t.backend.system().stream());
    const auto seconds = [&](const auto& work) {
        return clock.seconds([&] {
            for (int i = 0; i < times; ++i) work();
        });
    };
    double summing = 0, copying = 0;  // seconds for `times` each
    for (auto _ : state) {
        copying += seconds([&] { t.copy(); });
        const double sums = seconds([&] { t.sum(); });
        state.SetIterationTime(sums / times);
        summing += sums;
    }
    const auto moved = static_cast<double>((count + candidates) * bytes_per_tensor);
    state.SetBytesProcessed(static_cast<std::int64_t>(static_cast<double>(state.iterations()) * moved));
    state.counters["of_copy"] = moved / summing / (2 * static_cast<double>(bytes_per_tensor) / copying);
} catch (const bouillon::error& problem) {
    state.SkipWithError(problem.what());
}

void inputs_and_candidates(benchmark::internal::Benchmark* benchmark) {
    for (const int inputs : {2, 4, 8, 16}) benchmark->Args({inputs, 1});
    benchmark->Args({8, 4})->ArgNames({"inputs", "candidates"})->UseManualTime()->Iterations(20);
}

}  // namespace

BENCHMARK(sum<dtype::f32>)->Apply(inputs_and_candidates);
BENCHMARK(sum<dtype::bf16>)->Apply(inputs_and_candidates);
BENCHMARK(sum<dtype::f16>)->Apply(inputs_and_candidates);
