// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/thrust_cuda.hpp>

#include <benchmark/benchmark.h>

#include <memory>
#include <vector>

// Bytes per second read and written by weighted sums on a GPU. Each is timed in turn with a copy from device memory to
// device memory, whose share it has is the counter `of_copy`; and some of what it gives is compared with the host's
// bits first. Arguments: inputs, candidates in one pass.

namespace {

using namespace bouillon;
using gpu = thrust_backend<thrust_cuda>;

constexpr std::size_t bytes_per_tensor = std::size_t{256} << 20;

/// Milliseconds that the device takes for what `work` launches.
class device_clock {
 public:
    device_clock() {
        detail::check_cuda(cudaEventCreate(&begin_), "make an event");
        detail::check_cuda(cudaEventCreate(&end_), "make an event");
    }
    ~device_clock() {
        cudaEventDestroy(begin_);
        cudaEventDestroy(end_);
    }
    device_clock(const device_clock&) = delete;
    device_clock& operator=(const device_clock&) = delete;

    template <class Work>
    double seconds(const Work& work) {
        cudaEventRecord(begin_);
        work();
        cudaEventRecord(end_);
        detail::check_cuda(cudaEventSynchronize(end_), "run a benchmark");
        float milliseconds = 0;
        detail::check_cuda(cudaEventElapsedTime(&milliseconds, begin_, end_), "measure time");
        return static_cast<double>(milliseconds) / 1000;
    }

 private:
    cudaEvent_t begin_ = nullptr, end_ = nullptr;
};

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
            if (k < count) fill_randomly(memory.back(), k);
        }
        for (std::size_t k = 0; k < count; ++k) inputs.push_back(&memory[k]);
        for (std::size_t q = 0; q < candidates; ++q) outputs.push_back(&memory[count + q]);
        for (std::size_t i = 0; i < count * candidates; ++i) coefficients.push_back(1 / static_cast<double>(3 + i));
    }

    void sum() { backend.weighted_sum_batch(inputs, coefficients, outputs); }

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
    void fill_randomly(gpu::tensor& tensor, std::size_t seed) const {
        backend.fill(tensor, [&](std::size_t first, std::span<std::byte> part) {
            for (std::size_t i = 0; i < part.size() / bytes(type); ++i) {
                std::uint64_t x = (first / bytes(type) + i) * 16 + seed;  // splitmix64
                x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
                x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
                store_element(type, part.data(), i, static_cast<float>(x >> 40) * 0x1p-23f - 1);
            }
        });
    }

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
    device_clock clock;
    double summing = 0, copying = 0;
    for (auto _ : state) {
        copying += clock.seconds([&] {
            cudaMemcpyAsync(t.outputs[0]->writable().data, t.inputs[0]->view().data, bytes_per_tensor,
                            cudaMemcpyDeviceToDevice);
        });
        const double seconds = clock.seconds([&] { t.sum(); });
        state.SetIterationTime(seconds);
        summing += seconds;
    }
    const auto moved = static_cast<double>((count + candidates) * bytes_per_tensor);
    state.SetBytesProcessed(static_cast<std::int64_t>(static_cast<double>(state.iterations()) * moved));
    state.counters["of_copy"] = moved / summing / (2 * static_cast<double>(bytes_per_tensor) / copying);
} catch (const bouillon::error& problem) {
    state.SkipWithError(problem.what());
}

void inputs_and_candidates(benchmark::internal::Benchmark* benchmark) {
    for (const int inputs : {2, 4, 8, 16}) benchmark->Args({inputs, 1});
    benchmark->Args({8, 4})->ArgNames({"inputs", "candidates"})->UseManualTime();
}

}  // namespace

BENCHMARK(sum<dtype::f32>)->Apply(inputs_and_candidates);
BENCHMARK(sum<dtype::bf16>)->Apply(inputs_and_candidates);
BENCHMARK(sum<dtype::f16>)->Apply(inputs_and_candidates);
