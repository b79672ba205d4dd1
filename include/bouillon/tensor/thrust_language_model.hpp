// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/tensor/device_rows.hpp>
#include <bouillon/tensor/shapes.hpp>
#include <bouillon/tensor/thrust_array.hpp>
#include <bouillon/tensor/thrust_system.hpp>

#include <algorithm>
#include <span>
#include <utility>

namespace bouillon::detail {

/// The forward pass of a language model for a Thrust system on a device.
///
/// Matrix products are the system's; the rest is a functor on each element or row.
template <class System>
class thrust_language_model {
    using buffer = thrust_array<System, float>;
    using indices = std::span<const std::int32_t>;
    using index_array = thrust_array<System, std::int32_t>;

 public:
    explicit thrust_language_model(System system = {}) : system_(std::move(system)) {}

    const System& system() const { return system_; }

    void embed(const buffer& table, indices tokens, std::size_t width, buffer& output) const {
        const index_array list(tokens);
        loop_(tokens.size() * width, embed_element{table.data(), list.data(), width, output.data()});
    }

    void add_rows(const buffer& x, indices rows, std::span<const float> factors, std::size_t width,
                  buffer& output) const {
        const index_array list(rows);
        const buffer device_factors(factors);
        loop_(rows.size() * width, add_row_element{x.data(), list.data(), device_factors.data(), width, output.data()});
    }

    void rms_norm(const buffer& x, const buffer& weight, const norm_shape& shape, buffer& output) const {
        loop_(shape.rows, rms_norm_of_row{x.data(), weight.data(), shape, output.data()});
    }

    void layer_norm(const buffer& x, const buffer& weight, const buffer& bias, const norm_shape& shape,
                    buffer& output) const {
        loop_(shape.rows, layer_norm_of_row{x.data(), weight.data(), bias.data(), shape, output.data()});
    }

    void linear(const buffer& x, const buffer& weight, const linear_shape& shape, bool accumulate,
                buffer& output) const {
        system_.gemm(false, true, shape.rows, shape.outputs, shape.inputs, 1.0f, x.data(), shape.inputs, weight.data(),
                     shape.inputs, accumulate ? 1.0f : 0.0f, output.data(), shape.outputs);
    }

    void add_bias(const buffer& bias, const row_shape& shape, buffer& x) const {
        loop_(shape.rows * shape.width, add_bias_element{bias.data(), shape.width, x.data()});
    }

    void add_scaled(const buffer& x, float factor, const row_shape& shape, buffer& output) const {
        loop_(shape.rows * shape.width, add_scaled_element{x.data(), factor, output.data()});
    }

    void scale(float factor, const row_shape& shape, buffer& x) const {
        loop_(shape.rows * shape.width, scale_element{factor, x.data()});
    }

    void clamp(float limit, const row_shape& shape, buffer& x) const {
        loop_(shape.rows * shape.width, clamp_element{limit, x.data()});
    }

    void rotate(buffer& x, const rotation_shape& shape, const buffer& cosines, const buffer& sines,
                indices positions) const {
        const index_array list(positions);
        loop_(shape.rows * shape.heads * shape.pairs(), rotate_pair{x.data(), cosines.data(), sines.data(), list.data(),
                                                                    shape.heads, shape.head_dim, shape.pairs()});
    }

    /// In blocks of queries, so that scores take memory in proportion to a window and not to its square.
    void causal_attention(const attention_inputs<buffer>& inputs, indices window_offsets, const attention_shape& shape,
                          buffer& output) const {
        constexpr std::size_t queries = 256;  // a block
        buffer scores(most_scores(window_offsets, shape, queries));
        for (std::size_t w = 0; w + 1 < window_offsets.size(); ++w) {
            const auto first = static_cast<std::size_t>(window_offsets[w]);
            const std::size_t rows = static_cast<std::size_t>(window_offsets[w + 1]) - first;
            for (std::size_t query = 0; query < rows; query += queries)
                attend(inputs, shape, first, make_attention_block(shape, query, queries, rows), scores, output);
        }
    }

    void activate(const activation_function& function, buffer& x, const row_shape& shape) const {
        loop_(shape.rows * shape.width, activate_element{function, x.data()});
    }

    void activate_gated(const activation_function& function, buffer& gate, const buffer& up,
                        const row_shape& shape) const {
        loop_(shape.rows * shape.width, activate_gated_element{function, gate.data(), up.data()});
    }

    void token_losses(const loss_inputs<buffer>& inputs, const loss_shape& shape, indices targets,
                      std::span<float> losses) const {
        const std::size_t rows = shape.rows, width = shape.width, vocabulary = shape.vocabulary;
        constexpr std::size_t block = 4096;  // logits a row
        const index_array list(targets);
        buffer logits(std::min(block, vocabulary) * rows), device_losses(rows);  // (block, rows), (rows)
        thrust_array<System, running_loss> state(rows);
        for (std::size_t first = 0; first < vocabulary; first += block) {
            const std::size_t count = std::min(block, vocabulary - first);
            system_.gemm(false, true, count, rows, width, shape.scale, inputs.head.data() + first * width, width,
                         inputs.hidden.data(), width, 0.0f, logits.data(), rows);
            const float* const bias = inputs.bias == nullptr ? nullptr : inputs.bias->data() + first;
            if (bias != nullptr || shape.cap != 0)
                loop_(count * rows, bias_and_cap_logit{logits.data(), rows, bias, shape.scale, shape.cap});
            loop_(rows, add_logits_of_row{logits.data(), rows, first, count, vocabulary, list.data(), state.data(),
                                          device_losses.data()});
        }
        copy_to_host<System>(device_losses.data(), losses.first(rows));
    }

 private:
    /// Elements of the largest block's scores.
    static std::size_t most_scores(indices window_offsets, const attention_shape& shape, std::size_t queries) {
        std::size_t most = 0;
        for (std::size_t w = 0; w + 1 < window_offsets.size(); ++w) {
            const auto rows = static_cast<std::size_t>(window_offsets[w + 1] - window_offsets[w]);
            for (std::size_t query = 0; query < rows; query += queries) {
                const attention_block block = make_attention_block(shape, query, queries, rows);
                most = std::max(most, block.queries * block.keys);
            }
        }
        return shape.heads * most;
    }

    /// Attention of a block of queries in the window that begins at row `window`; scores is scratch memory.
    void attend(const attention_inputs<buffer>& inputs, const attention_shape& shape, std::size_t window,
                const attention_block& block, buffer& scores, buffer& output) const {
        const std::size_t query = window + block.first_query, key = window + block.first_key;
        const std::size_t head_dim = shape.head_dim, value_dim = shape.value_dim;
        const std::size_t query_step = shape.query_width(), key_step = shape.key_width();
        const std::size_t value_step = shape.value_width(), output_step = shape.output_width();
        const auto scores_of = [&](std::size_t head) { return scores.data() + head * block.keys * block.queries; };
        for (std::size_t head = 0; head < shape.heads; ++head)
            system_.gemm(false, true, block.keys, block.queries, head_dim, shape.scale,
                         inputs.keys.data() + key * key_step + shape.kv_head(head) * head_dim, key_step,
                         inputs.queries.data() + query * query_step + head * head_dim, query_step, 0.0f,
                         scores_of(head), block.queries);
        const float* const bias = inputs.bias == nullptr ? nullptr : inputs.bias->data();
        if (bias != nullptr || shape.cap != 0)
            loop_(shape.heads * block.keys * block.queries,
                  cap_and_bias_score{scores.data(), block, shape.cap, bias, shape.positions});
        const float* const sinks = inputs.sinks == nullptr ? nullptr : inputs.sinks->data();
        loop_(shape.heads * block.queries, causal_softmax_of_query{scores.data(), shape, block, sinks});
        for (std::size_t head = 0; head < shape.heads; ++head)
            system_.gemm(true, false, block.queries, value_dim, block.keys, 1.0f, scores_of(head), block.queries,
                         inputs.values.data() + key * value_step + shape.kv_head(head) * value_dim, value_step, 0.0f,
                         output.data() + query * output_step + head * value_dim, output_step);
    }

    System system_;
    thrust_loop<System> loop_;
};

}  // namespace bouillon::detail
