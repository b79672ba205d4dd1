// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/thrust_backend.hpp>
#include <bouillon/tensor/weighted_sum.hpp>
#include <bouillon/tensor/weighted_sum_batch.hpp>
#include <bouillon/tensor/xtensor_backend.hpp>

#include <benchmark/benchmark.h>

#if THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_OMP
#    include <omp.h>
#elif THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_TBB
#    include <tbb/global_control.h>
#endif

#include <cmath>
#include <cstring>
#include <memory>
#include <vector>

// Bytes per second read and written by weighted sums, beside a copy (the machine's limit) and plain loops. Arguments:
// inputs, threads, candidates. Each touches 1 GiB. Only ratios within one run mean something on a machine that others
// use: shares.py makes the table from a run of interleaved repetitions.

namespace {

using namespace bouillon;

constexpr std::size_t touched = std::size_t{1} << 30;  // bytes in all

/// Memory for all tensors, written beforehand with what are ordinary numbers of every type.
std::byte* arena() {
    static const auto memory = [] {
        std::vector<std::uint16_t> made(touched / 2 * 3 / 2);
        for (std::size_t i = 0; i < made.size(); ++i) made[i] = static_cast<std::uint16_t>(0x3f00 + i * 7 % 113);
        return made;
    }();
    return const_cast<std::byte*>(reinterpret_cast<const std::byte*>(memory.data()));
}

/// Tensors of which types in turn, which with their outputs take what is to be touched; all at one offset in a page, as
/// the tensors of mapped files of one architecture are.
struct problem {
    std::size_t size;  // elements
    std::vector<tensor_view> inputs;
    std::vector<double> coefficients;  // (candidates, inputs)
    std::vector<mutable_tensor_view> outputs;

    problem(const std::vector<dtype>& types, std::size_t count, std::size_t candidates = 1) {
        std::size_t width = candidates * bytes(types[0]);
        for (std::size_t k = 0; k < count; ++k) width += bytes(types[k % types.size()]);
        size = touched / width / 4096 * 4096;
        std::byte* at = arena();
        for (std::size_t k = 0; k < count; ++k) {
            inputs.push_back({at, size, types[k % types.size()]});
            at += size * bytes(inputs[k].type);
        }
        at = arena() + touched;  // where no benchmark has inputs, which must stay ordinary numbers
        for (std::size_t q = 0; q < candidates; ++q, at += size * bytes(types[0]))
            outputs.push_back({at, size, types[0]});
        for (std::size_t i = 0; i < count * candidates; ++i) coefficients.push_back(1 / static_cast<double>(count + i));
    }
};

void count_bytes(benchmark::State& state, const problem& p) {
    std::size_t bytes_in_all = 0;
    for (const auto& input : p.inputs) bytes_in_all += p.size * bytes(input.type);
    for (const auto& output : p.outputs) bytes_in_all += p.size * bytes(output.type);
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * bytes_in_all));
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * p.outputs.size()));
}

/// Each thread copies its share in pieces; one piece is the whole share.
void copy_in(benchmark::State& state, std::size_t piece) {
    const auto threads = static_cast<std::size_t>(state.range(0));
    const std::size_t share = touched / 2 / threads;
    piece = std::min(piece, share);
    for (auto _ : state)
        parallel_for(threads, threads, [&](std::size_t thread, std::size_t) {
            std::byte* const from = arena() + thread * share;
            for (std::size_t i = 0; i < share; i += piece) std::memcpy(from + touched / 2 + i, from + i, piece);
        });
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * touched));
}

void copy(benchmark::State& state) { copy_in(state, touched); }
void copy_in_pieces(benchmark::State& state) { copy_in(state, std::size_t{1} << 18); }

template <dtype... Types>
void sum(benchmark::State& state) {
    const problem p({Types...}, static_cast<std::size_t>(state.range(0)));
    const auto threads = static_cast<std::size_t>(state.range(1));
    for (auto _ : state) weighted_sum(p.inputs, p.coefficients, p.outputs[0], threads);
    count_bytes(state, p);
}

template <dtype... Types>
void candidates(benchmark::State& state) {
    const problem p({Types...}, static_cast<std::size_t>(state.range(0)), static_cast<std::size_t>(state.range(2)));
    const auto threads = static_cast<std::size_t>(state.range(1));
    for (auto _ : state) weighted_sum_batch(p.inputs, p.coefficients, p.outputs, threads);
    count_bytes(state, p);
}

/// Keeps Thrust's device system to so many threads while it lives.
struct thrust_threads {
#if THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_TBB
    tbb::global_control limit;
    explicit thrust_threads(std::size_t threads) : limit(tbb::global_control::max_allowed_parallelism, threads) {}
#elif THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_OMP
    explicit thrust_threads(std::size_t threads) { omp_set_num_threads(static_cast<int>(threads)); }
    ~thrust_threads() { omp_set_num_threads(omp_get_num_procs()); }
#else
    explicit thrust_threads(std::size_t) {}
#endif
};

/// A backend of the build, on views of the inputs and an output of its own.
template <class Backend>
void backend_sum(benchmark::State& state, const Backend& backend, dtype type) {
    const problem p({type}, static_cast<std::size_t>(state.range(0)));
    std::vector<typename Backend::tensor> inputs;
    for (const auto& input : p.inputs) inputs.push_back(backend.view(input));
    std::vector<const typename Backend::tensor*> pointers;
    for (const auto& input : inputs) pointers.push_back(&input);
    auto output = backend.allocate(p.size, type);
    backend.weighted_sum(pointers, p.coefficients, output);  // the first touch of its memory
    for (auto _ : state) backend.weighted_sum(pointers, p.coefficients, output);
    count_bytes(state, p);
}

template <dtype Type>
void sum_alone(benchmark::State& state) {
    const thrust_threads limit(static_cast<std::size_t>(state.range(1)));
    backend_sum(state, default_thrust_backend{}, Type);
}

template <dtype Type>
void xtensor_sum(benchmark::State& state) {
    backend_sum(state, xtensor_backend({.threads = static_cast<std::size_t>(state.range(1))}), Type);
}

/// The twin of the sums: what one writes first, a loop over the elements with a loop over the inputs inside.
template <dtype Type>
void raw_loop(benchmark::State& state) {
    const problem p({Type}, static_cast<std::size_t>(state.range(0)));
    for (auto _ : state)
        for (std::size_t i = 0; i < p.size; ++i) {
            float value = 0;
            for (std::size_t k = 0; k < p.inputs.size(); ++k)
                value = std::fma(static_cast<float>(p.coefficients[k]), load_element<float>(Type, p.inputs[k].data, i),
                                 value);
            store_element(Type, p.outputs[0].data, i, value);
        }
    count_bytes(state, p);
}

void all_inputs(benchmark::internal::Benchmark* made) {
    made->ArgsProduct({{2, 4, 8, 16}, {1, 2}})->ArgNames({"inputs", "threads"})->UseRealTime();
}

void eight_inputs(benchmark::internal::Benchmark* made) {
    made->ArgsProduct({{8}, {1, 2}})->ArgNames({"inputs", "threads"})->UseRealTime();
}

void one_and_four(benchmark::internal::Benchmark* made) {
    made->ArgsProduct({{8, 16}, {1, 2}, {1, 4}})->ArgNames({"inputs", "threads", "candidates"})->UseRealTime();
}

}  // namespace

BENCHMARK(copy)->ArgName("threads")->Arg(1)->Arg(2)->UseRealTime();
BENCHMARK(copy_in_pieces)->ArgName("threads")->Arg(1)->Arg(2)->UseRealTime();
BENCHMARK(xtensor_sum<dtype::f32>)->Apply(all_inputs);
BENCHMARK(xtensor_sum<dtype::bf16>)->Apply(all_inputs);
BENCHMARK(xtensor_sum<dtype::f16>)->Apply(all_inputs);
BENCHMARK(sum_alone<dtype::f32>)->Apply(all_inputs);
BENCHMARK(sum_alone<dtype::bf16>)->Apply(all_inputs);
BENCHMARK(sum_alone<dtype::f16>)->Apply(all_inputs);
BENCHMARK(sum<dtype::f64>)->Apply(eight_inputs);
BENCHMARK(sum<dtype::f32, dtype::bf16>)->Apply(eight_inputs);
BENCHMARK(sum<dtype::f64, dtype::bf16>)->Apply(eight_inputs);
BENCHMARK(candidates<dtype::f32>)->Apply(one_and_four);
BENCHMARK(candidates<dtype::bf16>)->Apply(one_and_four);
BENCHMARK(candidates<dtype::f16>)->Apply(one_and_four);
BENCHMARK(raw_loop<dtype::f32>)->ArgName("inputs")->Arg(4)->Arg(16)->UseRealTime();
BENCHMARK(raw_loop<dtype::bf16>)->ArgName("inputs")->Arg(4)->Arg(16)->UseRealTime();
