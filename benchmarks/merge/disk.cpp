// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/safetensors_writer.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/merge/write_merged.hpp>

#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <stdexcept>

// A merge from files to a file, beside its twins: `cat` of the inputs and then a write of the output, on the disk at
// its end in both. Arguments: inputs. Files are in the directory for temporary ones (TMPDIR), 4.5 GiB in all; they are
// in the system's cache, or as `cold` says are not. `MiB`: the most memory beyond what the process had before. Only
// ratios within one run mean something: --benchmark_repetitions=9 --benchmark_enable_random_interleaving=true.

namespace {

using namespace bouillon;

constexpr std::size_t file_size = 512 << 20, most_inputs = 8;

/// Checkpoints of bf16 like a small model's: many tensors, of sizes between one and a tenth of the file.
class checkpoint_files {
 public:
    checkpoint_files() {
        std::string name = (std::filesystem::temp_directory_path() / "bouillon-bench-XXXXXX").string();
        if (!::mkdtemp(name.data())) throw std::runtime_error("no temporary directory");
        directory_ = name;
        std::vector<checkpoint_tensor> tensors{{"embedding", dtype::bf16, {file_size / 20}}};
        for (int layer = 0; layer < 48; ++layer) {
            tensors.push_back({"norm" + to_string(layer), dtype::bf16, {2048}});
            for (int part = 0; part < 4; ++part)
                tensors.push_back({"linear" + to_string(layer) + '.' + to_string(part),
                                   dtype::bf16,
                                   {file_size / 2 / 48 / 4 * 9 / 10}});
        }
        std::mt19937_64 random(1);
        std::vector<std::uint16_t> values(file_size / 20);  // of the largest tensor
        for (std::size_t k = 0; k < most_inputs; ++k) {
            paths_.push_back(directory_ / (to_string(k) + ".safetensors"));
            safetensors_writer writer(paths_.back(), tensors);
            for (std::size_t i = 0; i < values.size(); ++i)
                values[i] = float_to_bf16(1e-9f * static_cast<float>(random() >> 32));
            for (const auto& tensor : writer.tensors())
                writer.append(std::as_bytes(std::span(values)).first(tensor.size));
            writer.close();
        }
    }
    ~checkpoint_files() { remove_all(directory_); }
    checkpoint_files(const checkpoint_files&) = delete;
    checkpoint_files& operator=(const checkpoint_files&) = delete;

    std::span<const std::filesystem::path> first(std::size_t count) const { return std::span(paths_).first(count); }
    std::filesystem::path output() const { return directory_ / "out.safetensors"; }

 private:
    std::filesystem::path directory_;
    std::vector<std::filesystem::path> paths_;
};

const checkpoint_files& files() {
    static const checkpoint_files made;
    return made;
}

/// Reads files as `cat` does.
void cat(std::span<const std::filesystem::path> paths) {
    std::vector<std::byte> buffer(128 << 10);
    for (const auto& path : paths) {
        const input_file file(path);
        for (std::size_t first = 0; first < file.size(); first += buffer.size())
            file.read(first, std::span(buffer).first(std::min(buffer.size(), file.size() - first)),
                      [] { return "it"; });
    }
}

/// Puts the files into the system's cache, or out of it.
void set_cached(std::span<const std::filesystem::path> paths, bool cached) {
    for (const auto& path : paths)
        if (!cached)
            ::posix_fadvise(detail::file_descriptor(::open(path.c_str(), O_RDONLY)).number(), 0, 0,
                            POSIX_FADV_DONTNEED);
    if (cached) cat(paths);
}

/// Kilobytes, by its name in /proc/self/status.
double memory(const std::string& name) {
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;)
        if (word == name + ':') {
            double value = 0;
            status >> value;
            return value;
        }
    return 0;
}

/// Runs body(inputs) on files in the cache, or not, and counts the bytes read and written.
template <class Body>
void measure(benchmark::State& state, bool cached, const Body& body) {
    const auto inputs = files().first(static_cast<std::size_t>(state.range(0)));
    double most = 0;
    for (auto _ : state) {
        state.PauseTiming();
        std::filesystem::remove(files().output());
        set_cached(inputs, cached);
        std::ofstream("/proc/self/clear_refs") << "5";  // the peak is counted from here
        const double before = memory("VmRSS");
        state.ResumeTiming();
        body(inputs);
        state.PauseTiming();
        most = std::max(most, memory("VmHWM") - before);
        state.ResumeTiming();
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>((inputs.size() + 1) * file_size));
    state.counters["MiB"] = most / 1024;
}

void merge(benchmark::State& state, bool cached, std::size_t memory) {
    measure(state, cached, [&](std::span<const std::filesystem::path> inputs) {
        const auto checkpoints = open_checkpoints(inputs);
        const std::vector<double> weights(inputs.size(), 1 / static_cast<double>(inputs.size() + 1));
        write_merged(checkpoints, weights, files().output(), {.memory = memory});
    });
}

/// Through the system's cache, as most programs write, or around it, which is faster on most disks.
void cat_and_write(benchmark::State& state, bool cached, bool around) {
    struct alignas(output_file::direct_alignment) page {
        std::byte bytes[output_file::direct_alignment];
    };
    static const std::vector<page> block(4097);  // 16 MiB and a page
    const auto* const bytes = block.data()->bytes + (around ? 0 : 1);
    measure(state, cached, [&](std::span<const std::filesystem::path> inputs) {
        cat(inputs);
        output_file output(files().output());
        output.reserve(file_size);
        for (std::size_t first = 0; first < file_size; first += 16 << 20)
            output.write_at(first, {bytes, std::size_t{16} << 20});
        output.close();
    });
}

void inputs(benchmark::internal::Benchmark* benchmark) {
    benchmark->Arg(2)
        ->Arg(4)
        ->Arg(8)
        ->ArgName("inputs")
        ->UseRealTime()
        ->MeasureProcessCPUTime()
        ->Unit(benchmark::kMillisecond)
        ->Iterations(1);
}

}  // namespace

BENCHMARK_CAPTURE(merge, , true, std::size_t{256} << 20)->Apply(inputs);
BENCHMARK_CAPTURE(merge, in_16_MiB, true, std::size_t{16} << 20)->Apply(inputs);
BENCHMARK_CAPTURE(cat_and_write, , true, false)->Apply(inputs);
BENCHMARK_CAPTURE(cat_and_write, around_the_cache, true, true)->Apply(inputs);
BENCHMARK_CAPTURE(merge, cold, false, std::size_t{256} << 20)->Apply(inputs);
BENCHMARK_CAPTURE(cat_and_write, cold, false, true)->Apply(inputs);
