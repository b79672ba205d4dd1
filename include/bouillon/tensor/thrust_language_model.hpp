// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/tensor/device_rows.hpp>
#include <bouillon/tensor/shapes.hpp>
#include <bouillon/tensor/thrust_array.hpp>
#include <bouillon/tensor/thrust_system.hpp>

#include <algorithm>
#include <cmath>
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

    void rms_norm(const buffer& x, const buffer& weight, const row_shape& shape, float epsilon, buffer& output) const {
        loop_(shape.rows, rms_norm_of_row{x.data(), weight.data(), shape.width, epsilon, output.data()});
    }

    void layer_norm(const buffer& x, const buffer& weight, const buffer& bias, const row_shape& shape, float epsilon,
                    buffer& output) const {
        loop_(shape.rows, layer_norm_of_row{x.data(), weight.data(), bias.data(), shape.width, epsilon, output.data()});
    }

    void linear(const buffer& x, const buffer& weight, const linear_shape& shape, bool accumulate,
                buffer& output) const {
        system_.gemm(false, true, shape.rows, shape.outputs, shape.inputs, 1.0f, x.data(), shape.inputs, weight.data(),
                     shape.inputs, accumulate ? 1.0f : 0.0f, output.data(), shape.outputs);
    }

    void add_bias(const buffer& bias, const row_shape& shape, buffer& x) const {
        loop_(shape.rows * shape.width, add_bias_element{bias.data(), shape.width, x.data()});
    }

    void rotate(buffer& x, const rotation_shape& shape, const buffer& cosines, const buffer& sines,
                indices positions) const {
        const index_array list(positions);
        loop_(shape.rows * shape.heads * shape.pairs(), rotate_pair{x.data(), cosines.data(), sines.data(), list.data(),
                                                                    shape.heads, shape.head_dim, shape.pairs()});
    }

    void causal_attention(const buffer& q, const buffer& k, const buffer& v, indices window_offsets,
                          const attention_shape& shape, buffer& output) const {
        const std::size_t heads = shape.heads, head_dim = shape.head_dim;
        const std::size_t q_step = shape.query_width(), kv_step = shape.key_width();
        const float scale = 1 / std::sqrt(static_cast<float>(head_dim));
        std::size_t longest = 0;
        for (std::size_t w = 0; w + 1 < window_offsets.size(); ++w)
            longest = std::max(longest, static_cast<std::size_t>(window_offsets[w + 1] - window_offsets[w]));
        buffer scores(heads * longest * longest);  // (heads, rows of keys, rows of queries)
        for (std::size_t w = 0; w + 1 < window_offsets.size(); ++w) {
            const auto first = static_cast<std::size_t>(window_offsets[w]);
            const std::size_t rows = static_cast<std::size_t>(window_offsets[w + 1]) - first;
            const auto kv = [&](std::size_t head) { return first * kv_step + shape.kv_head(head) * head_dim; };
            const auto query = [&](std::size_t head) { return first * q_step + head * head_dim; };
            for (std::size_t head = 0; head < heads; ++head)
                system_.gemm(false, true, rows, rows, head_dim, scale, k.data() + kv(head), kv_step,
                             q.data() + query(head), q_step, 0.0f, scores.data() + head * rows * rows, rows);
            loop_(heads * rows, causal_softmax_of_query{scores.data(), rows});
            for (std::size_t head = 0; head < heads; ++head)
                system_.gemm(true, false, rows, head_dim, rows, 1.0f, scores.data() + head * rows * rows, rows,
                             v.data() + kv(head), kv_step, 0.0f, output.data() + query(head), q_step);
        }
    }

    void gated_silu(buffer& gate, const buffer& up, const row_shape& shape) const {
        loop_(shape.rows * shape.width, gated_silu_element{gate.data(), up.data()});
    }

    void gelu(buffer& x, const row_shape& shape, bool by_tanh) const {
        loop_(shape.rows * shape.width, gelu_element{x.data(), by_tanh});
    }

    void token_losses(const buffer& hidden, const buffer& head, const loss_shape& shape, indices targets,
                      std::span<float> losses) const {
        const auto [rows, width, vocabulary] = shape;
        constexpr std::size_t block = 4096;  // logits a row
        const index_array list(targets);
        buffer logits(std::min(block, vocabulary) * rows), device_losses(rows);  // (block, rows), (rows)
        thrust_array<System, running_loss> state(rows);
        for (std::size_t first = 0; first < vocabulary; first += block) {
            const std::size_t count = std::min(block, vocabulary - first);
            system_.gemm(false, true, count, rows, width, 1.0f, head.data() + first * width, width, hidden.data(),
                         width, 0.0f, logits.data(), rows);
            loop_(rows, add_logits_of_row{logits.data(), rows, first, count, vocabulary, list.data(), state.data(),
                                          device_losses.data()});
        }
        copy_to_host<System>(device_losses.data(), losses.first(rows));
    }

 private:
    System system_;
    thrust_loop<System> loop_;
};

}  // namespace bouillon::detail
