// SPDX-License-Identifier: Apache-2.0
#include <bouillon/core/to_string.hpp>
#include <bouillon/merge/resident.hpp>
#include <bouillon/tensor/xtensor_backend.hpp>

#include <benchmark/benchmark.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

// A merge of checkpoints in bf16 into the result of an earlier one: what a live model of 110 M parameters costs, as
// live_model.py does it from Python. Arguments: checkpoints, threads.

namespace {

using namespace bouillon;

/// Shapes of a Llama whose head is tied.
std::map<std::string, std::vector<std::size_t>> shapes() {
    constexpr std::size_t hidden = 768, inner = 2048, vocabulary = 32000, layers = 12;
    std::map<std::string, std::vector<std::size_t>> all = {{"embed", {vocabulary, hidden}}, {"norm", {hidden}}};
    for (std::size_t i = 0; i < layers; ++i) {
        const std::string layer = "layers." + to_string(i) + ".";
        for (const char* name : {"q", "k", "v", "o"}) all[layer + name] = {hidden, hidden};
        for (const char* name : {"gate", "up"}) all[layer + name] = {inner, hidden};
        all[layer + "down"] = {hidden, inner};
        for (const char* name : {"norm_1", "norm_2"}) all[layer + name] = {hidden};
    }
    return all;
}

void live_model(benchmark::State& state) {
    const auto count = static_cast<std::size_t>(state.range(0));
    std::vector<std::map<std::string, std::vector<std::uint16_t>>> held(count);
    std::vector<std::map<std::string, parameter_view>> views(count);
    std::size_t elements = 0;
    for (const auto& [name, shape] : shapes()) {
        std::size_t size = 1;
        for (const std::size_t extent : shape) size *= extent;
        elements += size;
        for (std::size_t k = 0; k < count; ++k) {
            auto& memory = held[k][name];
            memory.resize(size);
            for (std::size_t i = 0; i < size; ++i) memory[i] = static_cast<std::uint16_t>(0x3f00 + (i * 7 + k) % 113);
            views[k][name] = {{reinterpret_cast<const std::byte*>(memory.data()), size, dtype::bf16}, shape};
        }
    }
    const xtensor_backend backend({.threads = static_cast<std::size_t>(state.range(1))});
    const resident_checkpoints resident(views, backend);
    const std::vector<double> merge_weights(count, 0.9 / static_cast<double>(count));
    auto model = resident.merge(merge_weights);
    for (auto _ : state) resident.merge_into(merge_weights, model);
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * (count + 1) * elements * 2));
}

}  // namespace

BENCHMARK(live_model)
    ->ArgNames({"checkpoints", "threads"})
    ->Args({8, 1})
    ->Args({8, 2})
    ->UseRealTime()
    ->MeasureProcessCPUTime();
