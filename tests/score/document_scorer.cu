// SPDX-License-Identifier: Apache-2.0
#include <bouillon/score/document_scorer.hpp>

#include <bouillon/core/random.hpp>
#include <bouillon/model/causal_language_model.hpp>
#include <bouillon/tensor/thrust_backend.hpp>
#include <bouillon/tensor/thrust_cuda.hpp>

#include <cuda_here.hpp>
#include <tensor/device_on_host.hpp>

#include <cmath>
#include <map>
#include <string>
#include <vector>

using namespace bouillon;

namespace {

/// Heads in groups, one layer of experts, a window, caps, a bias on queries, keys and values.
decoder small_decoder() {
    decoder of;
    of.architecture = "llama";
    of.vocabulary = 50;
    of.width = 16;
    of.heads = 4;
    of.key_value_heads = 2;
    of.head_dim = of.value_dim = 8;
    of.feed_forward = 24;
    of.context = 300;
    of.query_key_value_biased = true;
    of.attention_cap = 20;
    of.layers.resize(3);
    for (auto& layer : of.layers) layer.attention_scale = 1 / std::sqrt(8.0);
    of.layers[1].reach = 7;
    of.layers[2].experts = true;
    of.experts.count = 3;
    of.experts.chosen = 2;
    of.experts.feed_forward = 16;
    of.rotaries.resize(1);
    of.rotaries[0].dims = 8;
    return of;
}

/// Shapes of its tensors, by name.
std::map<std::string, std::vector<std::size_t>> shapes_of(const decoder& of) {
    std::map<std::string, std::vector<std::size_t>> shapes;
    const auto add_gated = [&](const std::string& prefix, std::size_t width) {
        shapes[prefix + "gate_proj.weight"] = shapes[prefix + "up_proj.weight"] = {width, of.width};
        shapes[prefix + "down_proj.weight"] = {of.width, width};
    };
    shapes["model.embed_tokens.weight"] = shapes["lm_head.weight"] = {of.vocabulary, of.width};
    shapes["model.norm.weight"] = {of.width};
    for (std::size_t i = 0; i < of.layers.size(); ++i) {
        const std::string prefix = "model.layers." + std::to_string(i) + ".";
        for (const char* const norm : {"input_layernorm.weight", "post_attention_layernorm.weight"})
            shapes[prefix + norm] = {of.width};
        for (const auto& [part, rows] : std::map<std::string, std::size_t>{
                 {"q", of.query_width()}, {"k", of.key_width()}, {"v", of.value_width()}}) {
            shapes[prefix + "self_attn." + part + "_proj.weight"] = {rows, of.width};
            shapes[prefix + "self_attn." + part + "_proj.bias"] = {rows};
        }
        shapes[prefix + "self_attn.o_proj.weight"] = {of.width, of.heads * of.value_dim};
        if (!of.layers[i].experts) {
            add_gated(prefix + "mlp.", of.feed_forward);
            continue;
        }
        shapes[prefix + "mlp.gate.weight"] = {of.experts.count, of.width};
        for (std::size_t e = 0; e < of.experts.count; ++e)
            add_gated(prefix + "mlp.experts." + std::to_string(e) + ".", of.experts.feed_forward);
    }
    return shapes;
}

/// Losses of documents, some of which are longer than a block of queries, in batches that are filled up.
template <class System>
std::vector<double> losses_on(const System& system) {
    const thrust_backend<System> backend(system);
    random_engine engine = make_engine(5, 0);
    parameters<thrust_backend<System>> tensors;
    for (const auto& [name, shape] : shapes_of(small_decoder())) {
        std::vector<float> values(shape[0] * (shape.size() > 1 ? shape[1] : 1));
        for (float& value : values) value = static_cast<float>((shape.size() > 1 ? 0 : 1) + 0.3 * normal(engine));
        auto& tensor = tensors[name];
        tensor.tensor = backend.upload(std::as_bytes(std::span(values)), dtype::f32);
        tensor.shape = shape;
    }
    std::vector<std::int32_t> tokens(371);
    for (auto& token : tokens) token = static_cast<std::int32_t>(uniform(engine) * 50);
    const held_out_documents documents(tokens, {0, 30, 42, 371}, "random");
    document_scorer_options options;
    options.rows = 64;
    options.equal_rows = true;
    document_scorer score(causal_language_model(small_decoder(), backend), options);
    const auto losses = score(tensors, documents);
    CHECK(score(tensors, documents) == losses);
    return losses;
}

void check_losses(precision how, double tolerance) {
    if (!has_device()) return;
    thrust_cuda_options options;
    options.precision = how;
    device_on_host host;
    host.multiplies_in = how;
    const auto losses = losses_on(thrust_cuda(options)), expected = losses_on(host);
    for (std::size_t i = 0; i < expected.size(); ++i) {
        CHECK(std::isfinite(losses[i]));
        CHECK(std::abs(losses[i] - expected[i]) < tolerance);
    }
}

}  // namespace

TEST_CASE("documents have the losses on CUDA that a device on the host gives them") {
    check_losses(precision::float32, 1e-5);
}

TEST_CASE("and in bfloat16, but for the order of sums") { check_losses(precision::bf16, 2e-3); }
