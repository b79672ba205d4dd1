// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/to_string.hpp>
#include <bouillon/model/language_model_config.hpp>
#include <bouillon/model/parameter_loader.hpp>
#include <bouillon/model/window_batch.hpp>
#include <bouillon/tensor/concept.hpp>
#include <bouillon/tensor/parameters.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bouillon {

/// A causal language model in float32 over a tensor backend: the transformer decoder that a config.json describes
/// (config.hpp), one forward pass for all architectures.
///
/// Parameters have Hugging Face's names.
///
/// Build it once, `load` each merge into it (its memory is reused), then ask for token losses from up to
/// `backend.lanes()` threads, each with a workspace of its own.
template <language_model_backend Backend>
class causal_language_model {
    using buffer = typename Backend::buffer;

    using linear_map = detail::linear_map<Backend>;
    using loader = detail::parameter_loader<Backend>;

    struct layer {
        buffer attention_norm, attention_norm_bias;  ///< (width); the bias in a layer normalisation
        linear_map query, key, value, attention_output;
        buffer query_norm, key_norm;                       ///< (head_dim), if head_norms
        buffer feed_forward_norm, feed_forward_norm_bias;  ///< (width)
        linear_map gate, up, down;                         ///< the gate in a gated activation
    };

 public:
    using backend_type = Backend;

    /// Activations of one forward pass.
    struct workspace {
        buffer residual, normed;  ///< (rows, width)
        buffer parallel;          ///< (rows, width), if parallel_residual
        buffer query, attended;   ///< (rows, heads, head_dim)
        buffer key, value;        ///< (rows, key_value_heads, head_dim)
        buffer gate, up;          ///< (rows, feed_forward); the gate in a gated activation
    };

    causal_language_model(language_model_config config, Backend backend)
        : config_(std::move(config)), backend_(std::move(backend)) {
        const std::size_t c = config_.width, f = config_.feed_forward;
        const std::size_t q = config_.heads * config_.head_dim, kv = config_.key_value_heads * config_.head_dim;
        const bool qkv_bias = config_.query_key_value_bias, bias = config_.feed_forward_bias;
        for (std::size_t i = 0; i < config_.layers; ++i) {
            layer made{.attention_norm = make(c),
                       .attention_norm_bias = make_if(layer_norms(), c),
                       .query = make_map(c, q, qkv_bias),
                       .key = make_map(c, kv, qkv_bias),
                       .value = make_map(c, kv, qkv_bias),
                       .attention_output = make_map(q, c, config_.attention_output_bias),
                       .query_norm = make_if(config_.head_norms, config_.head_dim),
                       .key_norm = make_if(config_.head_norms, config_.head_dim),
                       .feed_forward_norm = make(c),
                       .feed_forward_norm_bias = make_if(layer_norms(), c),
                       .up = make_map(c, f, bias),
                       .down = make_map(f, c, bias)};
            if (gated()) made.gate = make_map(c, f, bias);  // as a conditional operand above it crashes nvcc 13.0
            layers_.push_back(std::move(made));
        }
        embedding_ = make(config_.vocabulary * c);
        head_ = make_if(!config_.tied_head, config_.vocabulary * c);
        final_norm_ = make(c);
        final_norm_bias_ = make_if(layer_norms(), c);
        make_rotation();
    }

    const language_model_config& config() const { return config_; }
    const Backend& backend() const { return backend_; }

    /// Takes over a model's parameters, widened to float32.
    ///
    /// A head that is stored counts even where the configuration ties it to the embedding, as in transformers 5.
    /// Cost: one pass over the parameters.
    /// @throws input_error naming the tensor when one is missing, has another shape, or is one this model would ignore
    void load(const parameters<Backend>& source) {
        const tensor_names& names = config_.names;
        loader tensors(config_.architecture, backend_, source);
        tensors.take(names.embedding, {config_.vocabulary, config_.width}, embedding_);
        for (std::size_t i = 0; i < layers_.size(); ++i) {
            const std::string prefix = names.layers + to_string(i) + ".";
            layer& l = layers_[i];
            load_norm(tensors, prefix + names.attention_norm, l.attention_norm, l.attention_norm_bias);
            load_queries_keys_values(tensors, prefix, l);
            tensors.take(prefix + names.attention_output, l.attention_output);
            load_norm(tensors, prefix + names.feed_forward_norm, l.feed_forward_norm, l.feed_forward_norm_bias);
            if (gated()) tensors.take(prefix + names.gate, l.gate);
            tensors.take(prefix + names.up, l.up);
            tensors.take(prefix + names.down, l.down);
        }
        load_norm(tensors, names.final_norm, final_norm_, final_norm_bias_);
        const bool stored = source.contains(names.head);
        if (stored && config_.tied_head && !has_head_) head_ = make(config_.vocabulary * config_.width);
        has_head_ = stored || !config_.tied_head;
        if (has_head_) tensors.take(names.head, {config_.vocabulary, config_.width}, head_);
        tensors.refuse_unused();
    }

    /// Activations for forward passes of up to `rows` rows.
    workspace make_workspace(std::size_t rows) const {
        const std::size_t c = rows * config_.width, f = rows * config_.feed_forward;
        const std::size_t q = rows * config_.heads * config_.head_dim;
        const std::size_t kv = rows * config_.key_value_heads * config_.head_dim;
        return {.residual = make(c),
                .normed = make(c),
                .parallel = make_if(config_.parallel_residual, c),
                .query = make(q),
                .attended = make(q),
                .key = make(kv),
                .value = make(kv),
                .gate = make_if(gated(), f),
                .up = make(f)};
    }

    /// The loss of every target: minus the log of the probability that the model gives it after its window so far.
    /// @param batch windows of at most config().context rows; token ids below config().vocabulary
    /// @param losses (rows), nats, written
    void token_losses(const window_batch& batch, workspace& work, std::span<float> losses) const {
        const std::size_t rows = batch.rows(), width = config_.width;
        backend_.embed(embedding_, batch.tokens, width, work.residual);
        for (const layer& l : layers_) {
            if (config_.parallel_residual)
                norm(work.residual, l.feed_forward_norm, l.feed_forward_norm_bias, rows, work.parallel);
            attend(l, batch, work);
            if (!config_.parallel_residual)
                norm(work.residual, l.feed_forward_norm, l.feed_forward_norm_bias, rows, work.normed);
            feed_forward(l, rows, config_.parallel_residual ? work.parallel : work.normed, work);
        }
        norm(work.residual, final_norm_, final_norm_bias_, rows, work.normed);
        const loss_shape shape{.rows = rows, .width = width, .vocabulary = config_.vocabulary};
        backend_.token_losses(work.normed, has_head_ ? head_ : embedding_, shape, batch.targets, losses);
    }

 private:
    bool gated() const { return config_.activation == activation::gated_silu; }
    bool layer_norms() const { return config_.normalization == normalization::layer; }

    buffer make(std::size_t elements) const { return backend_.make_buffer(elements); }
    buffer make_if(bool needed, std::size_t elements) const { return needed ? make(elements) : buffer{}; }
    linear_map make_map(std::size_t inputs, std::size_t outputs, bool biased) const {
        return {inputs, outputs, biased, make(inputs * outputs), make_if(biased, outputs)};
    }

    void load_norm(loader& tensors, const std::string& name, buffer& weight, buffer& bias) const {
        tensors.take(name + ".weight", {config_.width}, weight);
        if (layer_norms()) tensors.take(name + ".bias", {config_.width}, bias);
    }

    void load_queries_keys_values(loader& tensors, const std::string& prefix, layer& l) const {
        const tensor_names& names = config_.names;
        if (names.query_key_value.empty()) {
            tensors.take(prefix + names.query, l.query);
            tensors.take(prefix + names.key, l.key);
            tensors.take(prefix + names.value, l.value);
        } else {
            linear_map all = make_map(config_.width, 3 * l.query.outputs, l.query.biased);
            tensors.take(prefix + names.query_key_value, all);
            std::size_t part = 0;
            for (linear_map* const one : {&l.query, &l.key, &l.value}) split_off(all, part++, *one);
        }
        if (!config_.head_norms) return;
        tensors.take(prefix + names.query_norm + ".weight", {config_.head_dim}, l.query_norm);
        tensors.take(prefix + names.key_norm + ".weight", {config_.head_dim}, l.key_norm);
    }

    /// Takes queries (part 0), keys (1) or values (2) out of a map whose rows are (heads, 3, head_dim).
    void split_off(const linear_map& all, std::size_t part, linear_map& one) const {
        std::vector<std::int32_t> rows;  // (one.outputs)
        for (std::size_t i = 0; i < one.outputs; ++i) {
            const std::size_t head = i / config_.head_dim;
            rows.push_back(static_cast<std::int32_t>((3 * head + part) * config_.head_dim + i % config_.head_dim));
        }
        backend_.embed(all.weight, rows, one.inputs, one.weight);
        if (one.biased) backend_.embed(all.bias, rows, 1, one.bias);
    }

    /// residual += attention(norm(residual))
    void attend(const layer& l, const window_batch& batch, workspace& work) const {
        const std::size_t rows = batch.rows(), heads = config_.heads, kv = config_.key_value_heads;
        const std::size_t dim = config_.head_dim;
        norm(work.residual, l.attention_norm, l.attention_norm_bias, rows, work.normed);
        apply(l.query, work.normed, rows, work.query);
        apply(l.key, work.normed, rows, work.key);
        apply(l.value, work.normed, rows, work.value);
        if (config_.head_norms) {
            const auto epsilon = static_cast<float>(config_.norm_epsilon);
            backend_.rms_norm(work.query, l.query_norm, {.rows = rows * heads, .width = dim}, epsilon, work.query);
            backend_.rms_norm(work.key, l.key_norm, {.rows = rows * kv, .width = dim}, epsilon, work.key);
        }
        rotation_shape turned{.rows = rows, .heads = heads, .head_dim = dim, .turned = config_.rotary.dims};
        backend_.rotate(work.query, turned, cosines_, sines_, batch.positions);
        turned.heads = kv;
        backend_.rotate(work.key, turned, cosines_, sines_, batch.positions);
        backend_.causal_attention(work.query, work.key, work.value, batch.window_offsets,
                                  {.heads = heads, .kv_heads = kv, .head_dim = dim}, work.attended);
        add(l.attention_output, work.attended, rows, work.residual);
    }

    /// residual += down(activation(up(normed)))
    void feed_forward(const layer& l, std::size_t rows, const buffer& normed, workspace& work) const {
        const row_shape shape{.rows = rows, .width = config_.feed_forward};
        apply(l.up, normed, rows, work.up);
        if (!gated()) {
            backend_.gelu(work.up, shape, config_.activation == activation::gelu_tanh);
            return add(l.down, work.up, rows, work.residual);
        }
        apply(l.gate, normed, rows, work.gate);
        backend_.gated_silu(work.gate, work.up, shape);
        add(l.down, work.gate, rows, work.residual);
    }

    /// output = map(x)
    void apply(const linear_map& map, const buffer& x, std::size_t rows, buffer& output) const {
        backend_.linear(x, map.weight, {.rows = rows, .inputs = map.inputs, .outputs = map.outputs}, false, output);
        if (map.biased) backend_.add_bias(map.bias, {.rows = rows, .width = map.outputs}, output);
    }
    /// output += map(x)
    void add(const linear_map& map, const buffer& x, std::size_t rows, buffer& output) const {
        backend_.linear(x, map.weight, {.rows = rows, .inputs = map.inputs, .outputs = map.outputs}, true, output);
        if (map.biased) backend_.add_bias(map.bias, {.rows = rows, .width = map.outputs}, output);
    }

    void norm(const buffer& x, const buffer& weight, const buffer& bias, std::size_t rows, buffer& output) const {
        const auto epsilon = static_cast<float>(config_.norm_epsilon);
        const row_shape shape{.rows = rows, .width = config_.width};
        if (layer_norms())
            backend_.layer_norm(x, weight, bias, shape, epsilon, output);
        else
            backend_.rms_norm(x, weight, shape, epsilon, output);
    }

    /// Angles are rounded to float32 as PyTorch's are, since at a position of thousands that rounding is what shows.
    void make_rotation() {
        const auto frequencies = rotary_frequencies(config_.rotary);
        std::vector<float> cosines, sines;  // (context, dims / 2)
        for (std::size_t p = 0; p < config_.context; ++p)
            for (const float frequency : frequencies) {
                const float angle = static_cast<float>(p) * frequency;
                cosines.push_back(std::cos(angle));
                sines.push_back(std::sin(angle));
            }
        cosines_ = upload(cosines);
        sines_ = upload(sines);
    }

    buffer upload(const std::vector<float>& values) const {
        buffer result = make(values.size());
        backend_.widen(backend_.upload(std::as_bytes(std::span(values)), dtype::f32), result);
        return result;
    }

    language_model_config config_;
    Backend backend_;
    std::vector<layer> layers_;            // (layers)
    buffer embedding_;                     // (vocabulary, width)
    buffer head_;                          // (vocabulary, width); empty unless has_head_
    bool has_head_ = false;                // the head is a matrix of its own
    buffer final_norm_, final_norm_bias_;  // (width)
    buffer cosines_, sines_;               // (context, rotary dims / 2)
};

}  // namespace bouillon
