// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/safetensors_writer.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/merge/compare_neighbours.hpp>

#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <numeric>
#include <stdexcept>

// Bytes per second read by comparisons of neighbours, beside twins that only add up the same bytes as 64-bit words.
// `compare`: two tensors in memory. `inspect`: checkpoints in files that are in the system's cache. Only ratios within
// one run mean something, of CPU time where the machine has other work: --benchmark_repetitions=9
// --benchmark_enable_random_interleaving=true.

namespace {

using namespace bouillon;

constexpr std::size_t bytes_per_tensor = 256 << 20;  // beyond any cache
constexpr std::size_t checkpoints = 4;

/// The sum of whole words, on one thread.
#if defined(__x86_64__)
BOUILLON_AVX2 std::uint64_t add_words(const std::byte* data, std::size_t size) {
    __m256i sums[4] = {};
    for (std::size_t i = 0; i < size; i += sizeof(sums))
        for (std::size_t j = 0; j < 4; ++j)
            sums[j] = _mm256_add_epi64(sums[j], _mm256_loadu_si256(reinterpret_cast<const __m256i*>(data + i) + j));
    const __m256i sum = _mm256_add_epi64(_mm256_add_epi64(sums[0], sums[1]), _mm256_add_epi64(sums[2], sums[3]));
    return static_cast<std::uint64_t>(_mm256_extract_epi64(sum, 0) + _mm256_extract_epi64(sum, 3));
}
#else
std::uint64_t add_words(const std::byte* data, std::size_t size) {
    std::array<std::uint64_t, 16> sums{};
    for (std::size_t i = 0; i < size; i += sizeof(sums))
        for (std::size_t j = 0; j < sums.size(); ++j) sums[j] += detail::load_bits<std::uint64_t>(data + i, j);
    return std::accumulate(sums.begin(), sums.end(), std::uint64_t{0});
}
#endif

/// Adds up memory in blocks, on several threads.
void read_memory(std::span<const std::byte> data, std::size_t threads) {
    constexpr std::size_t block = 1 << 18;
    parallel_for(data.size() / block, threads, [&](std::size_t i, std::size_t) {
        benchmark::DoNotOptimize(add_words(data.data() + i * block, block));
    });
}

/// A pattern of `type` over and over.
void fill(dtype type, std::span<std::byte> data, std::size_t seed) {
    constexpr std::size_t period = 113 * 8;  // bytes, whole elements of every type
    for (std::size_t i = 0; i < period / bytes(type); ++i)
        store_element(type, data.data(), i, static_cast<float>((i * 7 + seed) % 113) / 64);
    for (std::size_t i = period; i < data.size(); ++i) data[i] = data[i - period];
}

/// Two tensors, apart by an odd number of cache lines.
struct pair_of_tensors {
    std::vector<std::byte> memory = std::vector<std::byte>(2 * bytes_per_tensor + 64);
    std::span<const std::byte> a = std::span(memory).first(bytes_per_tensor);
    std::span<const std::byte> b = std::span(memory).last(bytes_per_tensor);

    explicit pair_of_tensors(dtype type) { fill(type, memory, 1); }
};

void count_bytes(benchmark::State& state, std::size_t tensors) {
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) *
                            static_cast<std::int64_t>(tensors * bytes_per_tensor));
}

template <dtype Type>
void compare_in_memory(benchmark::State& state) {
    static const pair_of_tensors tensors(Type);
    const std::size_t size = bytes_per_tensor / bytes(Type);
    for (auto _ : state)
        benchmark::DoNotOptimize(compare({tensors.a.data(), size, Type}, {tensors.b.data(), size, Type},
                                         static_cast<std::size_t>(state.range(0))));
    count_bytes(state, 2);
}

void read_in_memory(benchmark::State& state) {
    static const pair_of_tensors tensors(dtype::f32);
    for (auto _ : state)
        for (const auto tensor : {tensors.a, tensors.b}) read_memory(tensor, static_cast<std::size_t>(state.range(0)));
    count_bytes(state, 2);
}

/// Checkpoints of four tensors and one small one, in files that go away.
class checkpoint_files {
 public:
    explicit checkpoint_files(dtype type) {
        std::string name = (std::filesystem::temp_directory_path() / "bouillon-bench-XXXXXX").string();
        if (!::mkdtemp(name.data())) throw std::runtime_error("no temporary directory");
        directory_ = name;
        std::vector<checkpoint_tensor> tensors{{"norm", type, {1000}}};
        for (int i = 0; i < 4; ++i)
            tensors.push_back({"weight" + to_string(i), type, {bytes_per_tensor / 4 / bytes(type)}});
        std::vector<std::byte> values(bytes_per_tensor / 4);
        for (std::size_t k = 0; k < checkpoints; ++k) {
            fill(type, values, k);
            paths_.push_back(directory_ / (to_string(k) + ".safetensors"));
            safetensors_writer writer(paths_.back(), tensors);
            for (const auto& tensor : writer.tensors()) writer.append(std::span(values).first(tensor.size));
            writer.close();
        }
    }
    ~checkpoint_files() { remove_all(directory_); }
    checkpoint_files(const checkpoint_files&) = delete;
    checkpoint_files& operator=(const checkpoint_files&) = delete;

    std::span<const std::filesystem::path> paths() const { return paths_; }

 private:
    std::filesystem::path directory_;
    std::vector<std::filesystem::path> paths_;
};

template <dtype Type>
void inspect(benchmark::State& state) {
    static const checkpoint_files files(Type);
    for (auto _ : state)
        benchmark::DoNotOptimize(
            compare_neighbours(open_checkpoints(files.paths()), static_cast<std::size_t>(state.range(0))));
    count_bytes(state, checkpoints);
}

/// Reads the files through a buffer in the cache, and adds up what it reads.
void read_files(benchmark::State& state) {
    static const checkpoint_files files(dtype::bf16);
    constexpr std::size_t block = 1 << 17;
    const auto threads = static_cast<std::size_t>(state.range(0));
    std::vector<std::vector<std::byte>> buffers(threads, std::vector<std::byte>(block));
    for (auto _ : state)
        for (const auto& path : files.paths()) {
            const input_file file(path);
            parallel_for(file.size() / block, threads, [&](std::size_t i, std::size_t lane) {
                file.read(i * block, buffers[lane], [] { return "it"; });
                benchmark::DoNotOptimize(add_words(buffers[lane].data(), block));
            });
        }
    count_bytes(state, checkpoints);
}

void threads(benchmark::internal::Benchmark* benchmark) {
    benchmark->ArgName("threads")->Arg(1)->Arg(2)->MeasureProcessCPUTime()->UseRealTime()->Unit(
        benchmark::kMillisecond);
}

}  // namespace

BENCHMARK(read_in_memory)->Apply(threads);
BENCHMARK(compare_in_memory<dtype::bf16>)->Apply(threads);
BENCHMARK(compare_in_memory<dtype::f16>)->Apply(threads);
BENCHMARK(compare_in_memory<dtype::f32>)->Apply(threads);
BENCHMARK(compare_in_memory<dtype::f64>)->Apply(threads);
BENCHMARK(read_files)->Apply(threads);
BENCHMARK(inspect<dtype::bf16>)->Apply(threads);
BENCHMARK(inspect<dtype::f32>)->Apply(threads);
