// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge/resident.hpp>
#include <bouillon/model/causal_language_model.hpp>
#include <bouillon/score/document_scorer.hpp>
#include <bouillon/score/scoring_memory.hpp>

#include "model_products.hpp"
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <map>
#include <span>
#include <string>
#include <vector>

// Tokens per second of scoring random Llamas on a GPU, and a trial of a search: a merge of checkpoints in device memory
// and its score. Weights are made on the device.
//
// Counters of score/MODEL/PRECISION/DOCUMENTS: items_per_second, tokens that documents feed, so rows that fill a pass
// up do not count; cublas_per_second, the rate of the model's matrix products alone in the same precision, timed in
// turn with it; of_cublas, the share of that; peak_tflops, of a square product in bf16; of_peak, the share of it that
// 2 operations a token and multiplied parameter are.
//
// Counters of trial/MODEL/CHECKPOINTS: checkpoints, as many as the memory holds; merge_ms; merge_of_copy, its bytes
// read and written per second over those of copies of the same tensors; score_ms; trial_ms by the clock; tokens.

namespace {

using namespace bouillon;
using language_model = causal_language_model<gpu>;

double seconds_of(const auto& work) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

document_scorer_options scoring_options(const llama_shape& shape) {
    auto options = document_scorer_options::on_device();
    options.rows = shape.rows;
    return options;
}

/// Tokens that keep a device busy for a second or some, for the least noise that the time for all figures allows.
std::size_t tokens_for(const llama_shape& shape, precision how) {
    if (shape.layers == llama_tiny.layers) return 25;          // one document
    const std::size_t waves = how == precision::bf16 ? 4 : 1;  // the rate is about a tenth in float32
    return waves * 16384 * (shape.layers == llama_1b.layers ? 2 : 1);
}

void check_finite(std::span<const double> losses) {
    if (!std::ranges::all_of(losses, [](double loss) { return std::isfinite(loss); }))
        throw work_error("a loss is not finite");
}

void score(benchmark::State& state, const llama_shape& shape, precision how, const document_lengths& lengths) try {
    const double peak = peak_rate(shape.peak_side);  // operations per second
    const thrust_cuda system({.precision = how});
    const gpu backend(system);
    const decoder of = describe(shape);
    const auto tensors = random_parameters(of, backend, 1);
    const auto documents = random_documents(lengths, tokens_for(shape, how), of.vocabulary);
    document_scorer scorer(language_model(of, backend), scoring_options(shape));
    model_products products(of, backend, shape.rows);
    const device_clock clock(system.stream());
    check_finite(scorer(tensors, documents));  // and to take memory
    products();
    system.wait();
    double scoring = 0, multiplying = 0;  // seconds; seconds a token
    for (auto _ : state) {
        multiplying += 1 / products.rate(clock);
        const double seconds = seconds_of([&] { scorer(tensors, documents); });
        state.SetIterationTime(seconds);
        scoring += seconds;
    }
    const auto runs = static_cast<double>(state.iterations()), tokens = static_cast<double>(fed_tokens(documents));
    const double rate = runs * tokens / scoring, of_cublas = multiplying / runs * rate;
    state.SetItemsProcessed(static_cast<std::int64_t>(runs * tokens));
    state.counters["cublas_per_second"] = runs / multiplying;
    state.counters["of_cublas"] = of_cublas;
    state.counters["peak_tflops"] = peak / 1e12;
    state.counters["of_peak"] = 2 * multiplied_parameters(of) * rate / peak;
} catch (const bouillon::error& problem) {
    state.SkipWithError(problem.what());
}

/// As many checkpoints as fit beside a merge of them and what scores it.
std::vector<parameters<gpu>> random_checkpoints(const decoder& of, const gpu& backend, std::size_t most,
                                                std::size_t scoring) {
    std::vector<parameters<gpu>> made;
    for (std::size_t k = 0; k < most; ++k) {
        const std::size_t before = backend.free_memory();
        made.push_back(random_parameters(of, backend, k));
        const std::size_t one = before - backend.free_memory(), left = backend.free_memory();
        if (left >= one + scoring + one) continue;  // a merge, and the next checkpoint
        if (left < one + scoring) made.pop_back();
        break;
    }
    return made;
}

std::vector<std::map<std::string, parameter_view>> views_of(const std::vector<parameters<gpu>>& checkpoints) {
    std::vector<std::map<std::string, parameter_view>> views(checkpoints.size());
    for (std::size_t k = 0; k < checkpoints.size(); ++k)
        for (const auto& [name, each] : checkpoints[k]) views[k][name] = {each.tensor.view(), each.shape};
    return views;
}

/// Copies a model's tensors to another one's.
void copy(const parameters<gpu>& source, parameters<gpu>& destination, cudaStream_t stream) {
    for (const auto& [name, each] : source) {
        const std::size_t size = each.tensor.size() * bytes(each.tensor.type());
        detail::check_cuda(cudaMemcpyAsync(destination.at(name).tensor.writable().data, each.tensor.view().data, size,
                                           cudaMemcpyDeviceToDevice, stream),
                           "copy");
    }
}

/// Merge weights that grow towards the newest and sum to 1.
std::vector<double> growing_weights(std::size_t checkpoints) {
    std::vector<double> weights;  // (checkpoints)
    for (std::size_t k = 0; k < checkpoints; ++k)
        weights.push_back(2 * static_cast<double>(k + 1) / static_cast<double>(checkpoints * (checkpoints + 1)));
    return weights;
}

/// Of all runs together.
struct trial_seconds {
    double copy = 0, merge = 0, score = 0, whole = 0;
};

void report(benchmark::State& state, const trial_seconds& took, std::size_t checkpoints, std::size_t tokens) {
    const auto runs = static_cast<double>(state.iterations()), count = static_cast<double>(checkpoints);
    state.SetItemsProcessed(static_cast<std::int64_t>(runs * static_cast<double>(tokens)));
    state.counters["checkpoints"] = count;
    state.counters["merge_ms"] = took.merge / runs * 1e3;
    state.counters["merge_of_copy"] = (count + 1) / took.merge / (2 / took.copy);
    state.counters["score_ms"] = took.score / runs * 1e3;
    state.counters["trial_ms"] = took.whole / runs * 1e3;
    state.counters["tokens"] = static_cast<double>(tokens);
}

void trial(benchmark::State& state, const llama_shape& shape, std::size_t most, const document_lengths& lengths,
           std::size_t fed) try {
    const thrust_cuda system({.precision = precision::bf16});
    const gpu backend(system);
    const decoder of = describe(shape);
    const auto documents = random_documents(lengths, fed, of.vocabulary);
    const auto options = scoring_options(shape);
    const scoring_shape needs{.rows = options.rows,
                              .wave = options.wave,
                              .equal_rows = true,
                              .on_device = true,
                              .precision = precision::bf16};
    const auto held = random_checkpoints(of, backend, most, scoring_memory(of, documents, needs));
    if (held.empty()) throw work_error("no checkpoint fits into the device's memory beside its merge");
    const resident_checkpoints<gpu> checkpoints(views_of(held), backend);
    document_scorer scorer(language_model(of, backend), options);
    const auto weights = growing_weights(held.size());
    auto merged = checkpoints.merge(weights);
    check_finite(scorer(merged, documents));
    const device_clock clock(system.stream());
    trial_seconds took;
    for (auto _ : state) {
        took.copy += clock.seconds([&] { copy(held[0], merged, system.stream()); });
        took.merge += clock.seconds([&] { checkpoints.merge_into(weights, merged); });
        took.score += seconds_of([&] { scorer(merged, documents); });
        const double whole = seconds_of([&] {
            checkpoints.merge_into(weights, merged);
            scorer(merged, documents);
        });
        state.SetIterationTime(whole);
        took.whole += whole;
    }
    report(state, took, held.size(), fed_tokens(documents));
} catch (const bouillon::error& problem) {
    state.SkipWithError(problem.what());
}

const char* name_of(precision how) {
    return how == precision::bf16 ? "bf16" : how == precision::tf32 ? "tf32" : "float32";
}

void add(const std::string& name, int runs, const auto& run) {
    benchmark::RegisterBenchmark(name.c_str(), run)->Iterations(runs)->UseManualTime()->Unit(benchmark::kMillisecond);
}

void add_scores(const llama_shape& shape, std::span<const precision> precisions) {
    for (const precision how : precisions)
        for (const document_lengths& lengths : {windows_1024, windows_2048, ragged})
            add("score/" + std::string(shape.name) + '/' + name_of(how) + '/' + lengths.name,
                how == precision::bf16 ? 3 : 1,
                [shape, how, lengths](benchmark::State& state) { score(state, shape, how, lengths); });
}

void add_trial(const llama_shape& shape, std::size_t checkpoints, const document_lengths& lengths, std::size_t tokens) {
    add("trial/" + std::string(shape.name) + '/' + bouillon::to_string(checkpoints), 3,
        [=](benchmark::State& state) { trial(state, shape, checkpoints, lengths, tokens); });
}

/// Google Benchmark's main runs what is there when it begins.
const bool added = [] {
    add_scores(llama_7b, std::array<precision, 2>{precision::bf16, precision::float32});
    add_trial(llama_7b, 8, windows_1024, 98304);
    add_scores(llama_1b, std::array<precision, 3>{precision::bf16, precision::tf32, precision::float32});
    add_trial(llama_1b, 8, windows_1024, 98304);
    add_scores(llama_tiny, std::array<precision, 2>{precision::bf16, precision::float32});
    add_trial(llama_tiny, 3, ragged, 25);
    return true;
}();

}  // namespace
