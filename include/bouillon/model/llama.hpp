// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/model/config.hpp>
#include <bouillon/model/window_batch.hpp>
#include <bouillon/tensor/concept.hpp>
#include <bouillon/tensor/parameters.hpp>

#include <cmath>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bouillon {

/// A Llama language model in float32 over a tensor backend: RMSNorm, rotary positions, grouped-query causal attention,
/// SwiGLU, and an output head of its own or the embedding table. Parameters have Hugging Face's names.
///
/// Build it once, `load` each merge into it (its memory is reused), then ask for token losses from up to
/// `backend.lanes()` threads, each with a workspace of its own.
/// Reference: Touvron et al. (2023), arXiv 2302.13971; grouped queries: Ainslie et al. (2023), arXiv 2305.13245.
template <language_model_backend Backend>
class llama {
    using buffer = typename Backend::buffer;

    struct layer {
        buffer attention_norm;     // (width)
        buffer query, key, value;  // (heads head_dim, width), (key_value_heads head_dim, width) twice
        buffer attention_output;   // (width, heads head_dim)
        buffer feed_forward_norm;  // (width)
        buffer gate, up;           // (feed_forward, width)
        buffer down;               // (width, feed_forward)
    };

 public:
    using backend_type = Backend;

    /// Activations of one forward pass.
    struct workspace {
        buffer residual, normed;  // (rows, width)
        buffer query, attended;   // (rows, heads, head_dim)
        buffer key, value;        // (rows, key_value_heads, head_dim)
        buffer gate, up;          // (rows, feed_forward)
    };

    llama(const llama_config& config, Backend backend) : config_(config), backend_(std::move(backend)) {
        const std::size_t c = config.width, f = config.feed_forward;
        const std::size_t q = config.heads * config.head_dim, kv = config.key_value_heads * config.head_dim;
        const auto make = [this](std::size_t elements) { return backend_.make_buffer(elements); };
        for (std::size_t i = 0; i < config.layers; ++i)
            layers_.push_back({make(c), make(q * c), make(kv * c), make(kv * c), make(c * q), make(c), make(f * c),
                               make(f * c), make(c * f)});
        embedding_ = make(config.vocabulary * c);
        if (!config.tied_head) head_ = make(config.vocabulary * c);
        final_norm_ = make(c);
        make_rotation();
    }

    const llama_config& config() const { return config_; }
    const Backend& backend() const { return backend_; }

    /// Takes over a model's parameters, widened to float32.
    /// @throws input_error naming the tensor when one is missing, has another shape, or is one this model would ignore
    /// Cost: one pass over the parameters.
    void load(const parameters<Backend>& source) {
        const std::size_t c = config_.width, f = config_.feed_forward;
        const std::size_t q = config_.heads * config_.head_dim, kv = config_.key_value_heads * config_.head_dim;
        std::set<std::string, std::less<>> taken;
        const auto take = [&](const std::string& name, std::initializer_list<std::size_t> shape, buffer& out) {
            backend_.widen(find(source, name, shape).tensor, out);
            taken.insert(name);
        };
        take("model.embed_tokens.weight", {config_.vocabulary, c}, embedding_);
        for (std::size_t i = 0; i < layers_.size(); ++i) {
            const std::string prefix = "model.layers." + std::to_string(i) + ".";
            layer& l = layers_[i];
            take(prefix + "input_layernorm.weight", {c}, l.attention_norm);
            take(prefix + "self_attn.q_proj.weight", {q, c}, l.query);
            take(prefix + "self_attn.k_proj.weight", {kv, c}, l.key);
            take(prefix + "self_attn.v_proj.weight", {kv, c}, l.value);
            take(prefix + "self_attn.o_proj.weight", {c, q}, l.attention_output);
            take(prefix + "post_attention_layernorm.weight", {c}, l.feed_forward_norm);
            take(prefix + "mlp.gate_proj.weight", {f, c}, l.gate);
            take(prefix + "mlp.up_proj.weight", {f, c}, l.up);
            take(prefix + "mlp.down_proj.weight", {c, f}, l.down);
        }
        take("model.norm.weight", {c}, final_norm_);
        if (!config_.tied_head) take("lm_head.weight", {config_.vocabulary, c}, head_);
        refuse_unused(source, taken);
    }

    /// Activations for forward passes of up to `rows` rows.
    workspace make_workspace(std::size_t rows) const {
        const std::size_t q = rows * config_.heads * config_.head_dim;
        const std::size_t kv = rows * config_.key_value_heads * config_.head_dim;
        const auto make = [this](std::size_t elements) { return backend_.make_buffer(elements); };
        return {
            make(rows * config_.width),        make(rows * config_.width),       make(q), make(q), make(kv), make(kv),
            make(rows * config_.feed_forward), make(rows * config_.feed_forward)};
    }

    /// The loss of every target: minus the log of the probability that the model gives it after its window so far.
    /// @param batch   windows of at most config().context rows; token ids below config().vocabulary
    /// @param losses  (rows), nats, written
    void token_losses(const window_batch& batch, workspace& work, std::span<float> losses) const {
        const std::size_t rows = batch.rows(), width = config_.width;
        backend_.embed(embedding_, batch.tokens, width, work.residual);
        for (const layer& l : layers_) {
            attend(l, batch, work);
            feed_forward(l, rows, work);
        }
        norm(work.residual, final_norm_, rows, work.normed);
        backend_.token_losses(work.normed, config_.tied_head ? embedding_ : head_, rows, width, config_.vocabulary,
                              batch.targets, losses);
    }

 private:
    /// residual += attention(norm(residual))
    void attend(const layer& l, const window_batch& batch, workspace& work) const {
        const std::size_t rows = batch.rows(), c = config_.width, heads = config_.heads, kv = config_.key_value_heads;
        const std::size_t dim = config_.head_dim;
        norm(work.residual, l.attention_norm, rows, work.normed);
        backend_.linear(work.normed, l.query, rows, c, heads * dim, false, work.query);
        backend_.linear(work.normed, l.key, rows, c, kv * dim, false, work.key);
        backend_.linear(work.normed, l.value, rows, c, kv * dim, false, work.value);
        backend_.rotate(work.query, rows, heads, dim, cosines_, sines_, batch.positions);
        backend_.rotate(work.key, rows, kv, dim, cosines_, sines_, batch.positions);
        backend_.causal_attention(work.query, work.key, work.value, batch.window_offsets, heads, kv, dim,
                                  work.attended);
        backend_.linear(work.attended, l.attention_output, rows, heads * dim, c, true, work.residual);
    }

    /// residual += down(silu(gate(norm(residual))) * up(norm(residual)))
    void feed_forward(const layer& l, std::size_t rows, workspace& work) const {
        const std::size_t c = config_.width, f = config_.feed_forward;
        norm(work.residual, l.feed_forward_norm, rows, work.normed);
        backend_.linear(work.normed, l.gate, rows, c, f, false, work.gate);
        backend_.linear(work.normed, l.up, rows, c, f, false, work.up);
        backend_.gated_silu(work.gate, work.up, rows, f);
        backend_.linear(work.gate, l.down, rows, f, c, true, work.residual);
    }

    void norm(const buffer& x, const buffer& weight, std::size_t rows, buffer& out) const {
        backend_.rms_norm(x, weight, rows, config_.width, static_cast<float>(config_.rms_epsilon), out);
    }

    /// Angle of position p and pair i: p theta^(-2 i / head_dim). Frequencies and angles are rounded to float32 as
    /// PyTorch's are, since at a position of thousands the rounding of the angle is what shows.
    void make_rotation() {
        const std::size_t pairs = config_.head_dim / 2, dim = config_.head_dim;
        std::vector<float> cosines(config_.context * pairs), sines(config_.context * pairs);  // (context, pairs)
        for (std::size_t i = 0; i < pairs; ++i) {
            const double exponent = static_cast<double>(2 * i) / static_cast<double>(dim);
            const auto frequency = static_cast<float>(1.0 / std::pow(config_.rope_theta, exponent));
            for (std::size_t p = 0; p < config_.context; ++p) {
                const float angle = static_cast<float>(p) * frequency;
                cosines[p * pairs + i] = std::cos(angle);
                sines[p * pairs + i] = std::sin(angle);
            }
        }
        cosines_ = upload(cosines);
        sines_ = upload(sines);
    }

    buffer upload(const std::vector<float>& values) const {
        buffer result = backend_.make_buffer(values.size());
        backend_.widen(backend_.upload(std::as_bytes(std::span(values)), dtype::f32), result);
        return result;
    }

    static std::string describe(std::span<const std::size_t> shape) {
        std::string text = "[";
        for (std::size_t i = 0; i < shape.size(); ++i) text += (i ? ", " : "") + std::to_string(shape[i]);
        return text + "]";
    }

    static const parameter<Backend>& find(const parameters<Backend>& source, const std::string& name,
                                          std::initializer_list<std::size_t> shape) {
        const auto found = source.find(name);
        if (found == source.end()) throw input_error("tensor '" + name + "' of a Llama model is missing");
        const std::vector<std::size_t> expected(shape);
        if (found->second.shape != expected)
            throw input_error("tensor '" + name + "' has shape " + describe(found->second.shape) +
                              ", but config.json implies " + describe(expected));
        return found->second;
    }

    /// A tensor that is left over would change the result if the model used it (a bias, say). Only rotary frequencies,
    /// which old exports stored though the config gives them, and the second copy of a tied head may be left out.
    static void refuse_unused(const parameters<Backend>& source, const std::set<std::string, std::less<>>& taken) {
        for (const auto& [name, unused] : source)
            if (!taken.contains(name) && name != "lm_head.weight" && !name.ends_with(".rotary_emb.inv_freq"))
                throw input_error("tensor '" + name + "' is no part of the Llama model of config.json");
    }

    llama_config config_;
    Backend backend_;
    std::vector<layer> layers_;  // (layers)
    buffer embedding_;           // (vocabulary, width)
    buffer head_;                // (vocabulary, width); empty when tied
    buffer final_norm_;          // (width)
    buffer cosines_, sines_;     // (context, head_dim / 2)
};

}  // namespace bouillon
