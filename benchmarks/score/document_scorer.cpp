// SPDX-License-Identifier: Apache-2.0
#include <bouillon/core/blas.hpp>
#include <bouillon/core/random.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/model/causal_language_model.hpp>
#include <bouillon/score/document_scorer.hpp>
#include <bouillon/tensor/xtensor_backend.hpp>

#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

// Tokens per second of scoring on a host, and of its matrix products alone: the same calls of BLAS on as many threads,
// with nothing between them. Random weights in the shapes of a small Llama (1.26 M parameters, that of the novels) and
// of one of 110 M. pytorch.py runs the same through PyTorch in turn with this program. Processor time counts where the
// machine has other work.

namespace {

using namespace bouillon;

struct task {
    decoder config;
    std::size_t documents, length;  // tokens fed a document

    std::size_t tokens() const { return documents * length; }
};

decoder llama(std::size_t vocabulary, std::size_t width, std::size_t feed_forward, std::size_t layers,
              std::size_t heads, std::size_t key_value_heads, std::size_t context) {
    decoder of;
    of.architecture = "llama";
    of.vocabulary = vocabulary;
    of.width = width;
    of.feed_forward = feed_forward;
    of.heads = heads;
    of.key_value_heads = key_value_heads;
    of.head_dim = of.value_dim = width / heads;
    of.layers.assign(layers, {.attention_scale = 1 / std::sqrt(static_cast<double>(of.head_dim))});
    of.context = context;
    of.rotaries = {{.dims = of.head_dim}};
    of.norm.epsilon = 1e-5;
    return of;
}

task small() { return {llama(2048, 128, 352, 4, 4, 2, 128), 48, 1024}; }

task large() {
    task made{llama(32000, 768, 2048, 12, 12, 12, 1024), 2, 1024};
    made.config.tied_head = true;
    return made;
}

/// Numbers of standard deviation 0.02 in bf16, as a model's initial weights are.
parameters<xtensor_backend> random_parameters(const decoder& config, const xtensor_backend& backend) {
    parameters<xtensor_backend> made;
    random_engine engine = make_engine(1, 0);
    const auto add = [&](const std::string& name, std::vector<std::size_t> shape) {
        std::size_t size = 1;
        for (const std::size_t extent : shape) size *= extent;
        std::vector<std::byte> values(size * bytes(dtype::bf16));
        for (std::size_t i = 0; i < size; ++i)
            store_element(dtype::bf16, values.data(), i, static_cast<float>(0.07 * (uniform(engine) - 0.5)));
        made[name] = {backend.upload(values, dtype::bf16), std::move(shape)};
    };
    const std::size_t c = config.width, f = config.feed_forward;
    const std::size_t q = config.heads * config.head_dim, kv = config.key_value_heads * config.head_dim;
    const tensor_names& names = config.names;
    add(names.embedding + ".weight", {config.vocabulary, c});
    for (std::size_t i = 0; i < config.layers.size(); ++i) {
        const std::string prefix = names.layers + to_string(i) + ".";
        const auto map = [&](const std::string& name, std::size_t out, std::size_t in) {
            add(prefix + name + ".weight", {out, in});
        };
        add(prefix + names.attention_norm + ".weight", {c});
        add(prefix + names.feed_forward_norm + ".weight", {c});
        map(names.query, q, c);
        map(names.key, kv, c);
        map(names.value, kv, c);
        map(names.attention_output, c, q);
        map(names.gate, f, c);
        map(names.up, f, c);
        map(names.down, c, f);
    }
    add(names.final_norm + ".weight", {c});
    if (!config.tied_head) add(names.head + ".weight", {config.vocabulary, c});
    return made;
}

held_out_documents random_documents(const task& t) {
    random_engine engine = make_engine(2, 0);
    std::vector<std::int32_t> tokens(t.documents * (t.length + 1));
    for (auto& token : tokens)
        token = static_cast<std::int32_t>(uniform(engine) * static_cast<double>(t.config.vocabulary));
    std::vector<std::size_t> offsets;
    for (std::size_t i = 0; i <= t.documents; ++i) offsets.push_back(i * (t.length + 1));
    return {std::move(tokens), std::move(offsets), "random"};
}

template <task (*Task)()>
void score(benchmark::State& state) {
    const task t = Task();
    const xtensor_backend backend({.threads = static_cast<std::size_t>(state.range(0))});
    const auto parameters = random_parameters(t.config, backend);
    const auto documents = random_documents(t);
    document_scorer scorer(causal_language_model(t.config, backend));
    for (auto _ : state) benchmark::DoNotOptimize(scorer(parameters, documents));
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * t.tokens()));
}

/// The matrix products of a forward pass over windows of `context` rows.
class products {
 public:
    products(const decoder& config, std::size_t rows) : config_(config), rows_(rows) {
        const std::size_t widest = std::max({config.width, config.feed_forward, std::size_t{1024}, config.context});
        x_.assign(rows * widest, 0.5f);
        out_.assign(rows * widest, 0.5f);
        attended_.assign(rows * config.heads * config.head_dim, 0.5f);
        weight_.assign(std::max(config.vocabulary, config.feed_forward) * config.width, 0.25f);
    }

    void operator()() {
        const std::size_t c = config_.width, f = config_.feed_forward;
        const std::size_t q = config_.heads * config_.head_dim, kv = config_.key_value_heads * config_.head_dim;
        for (std::size_t layer = 0; layer < config_.layers.size(); ++layer) {
            for (const std::size_t out : {q, kv, kv}) multiply(rows_, out, c);
            attend();
            multiply(rows_, c, q);
            for (const std::size_t out : {f, f}) multiply(rows_, out, c);
            multiply(rows_, c, f);
        }
        constexpr std::size_t slab = 128, block = 1024;  // as the logits are formed
        for (std::size_t row = 0; row < rows_; row += slab)
            for (std::size_t first = 0; first < config_.vocabulary; first += block)
                multiply(std::min(slab, rows_ - row), std::min(block, config_.vocabulary - first), c);
    }

 private:
    void multiply(std::size_t m, std::size_t n, std::size_t k) {
        detail::gemm(false, true, m, n, k, 1.0f, x_.data(), k, weight_.data(), k, 0.0f, out_.data(), n);
    }

    void attend() {
        const std::size_t dim = config_.head_dim, step = config_.heads * dim, slab = 128;
        for (std::size_t task = 0; task < rows_ / config_.context * config_.heads; ++task)
            for (std::size_t first = 0; first < config_.context; first += slab) {
                const std::size_t rows = std::min(slab, config_.context - first), keys = first + rows;
                detail::gemm(false, true, rows, keys, dim, 1.0f, x_.data(), step, weight_.data(), step, 0.0f,
                             out_.data(), keys);
                detail::gemm(false, false, rows, dim, keys, 1.0f, out_.data(), keys, weight_.data(), step, 0.0f,
                             attended_.data(), step);
            }
    }

    decoder config_;
    std::size_t rows_;
    std::vector<float> x_, weight_, out_, attended_;
};

template <task (*Task)()>
void bare_products(benchmark::State& state) {
    const task t = Task();
    const auto threads = static_cast<std::size_t>(state.range(0));
    constexpr std::size_t rows = 1024;
    std::vector<products> lanes(threads, products(t.config, rows));
    const detail::single_threaded_blas guard;
    for (auto _ : state)
        parallel_for(t.tokens() / rows, threads, [&](std::size_t, std::size_t lane) { lanes[lane](); });
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * t.tokens()));
}

void one_and_two(benchmark::internal::Benchmark* made) {
    made->ArgName("threads")->Arg(1)->Arg(2)->MeasureProcessCPUTime()->UseRealTime()->Unit(benchmark::kMillisecond);
}

}  // namespace

BENCHMARK(score<small>)->Apply(one_and_two);
BENCHMARK(bare_products<small>)->Apply(one_and_two);
BENCHMARK(score<large>)->Apply(one_and_two);
BENCHMARK(bare_products<large>)->Apply(one_and_two);
