// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/tensor/host_rows.hpp>

#include <cstring>
#include <span>
#include <vector>

namespace bouillon::detail {

/// The forward pass of a language model for a backend whose buffers lie in host memory.
/// - `Buffer` has `data()` and `size()`.
/// - `Host` is that in which the host backends differ. `host(tasks, body)` calls `body(task)` for each task in
///   [0, tasks), in any order or at once; `Host::gemm` is its `matrix_product`.
template <class Buffer, class Host>
class host_language_model {
 public:
    explicit host_language_model(Host host = {}) : host_(host) {}

    void embed(const Buffer& table, std::span<const std::int32_t> tokens, std::size_t width, Buffer& out) const {
        const float* const from = table.data();
        float* const to = out.data();
        over_rows(tokens.size(), [=](std::size_t row) {
            std::memcpy(to + row * width, from + static_cast<std::size_t>(tokens[row]) * width, width * sizeof(float));
        });
    }

    void rms_norm(const Buffer& x, const Buffer& weight, std::size_t rows, std::size_t width, float epsilon,
                  Buffer& out) const {
        const float *const from = x.data(), *const scale = weight.data();
        float* const to = out.data();
        over_rows(rows,
                  [=](std::size_t row) { rms_norm_row(from + row * width, scale, width, epsilon, to + row * width); });
    }

    void layer_norm(const Buffer& x, const Buffer& weight, const Buffer& bias, std::size_t rows, std::size_t width,
                    float epsilon, Buffer& out) const {
        const float *const from = x.data(), *const scale = weight.data(), *const shift = bias.data();
        float* const to = out.data();
        over_rows(rows, [=](std::size_t row) {
            layer_norm_row(from + row * width, scale, shift, width, epsilon, to + row * width);
        });
    }

    void linear(const Buffer& x, const Buffer& weight, std::size_t rows, std::size_t in, std::size_t out_width,
                bool accumulate, Buffer& out) const {
        constexpr std::size_t slab = 256;  // rows a matrix product
        const float *const from = x.data(), *const matrix = weight.data();
        float* const to = out.data();
        host_((rows + slab - 1) / slab, [=](std::size_t task) {
            const std::size_t first = task * slab;
            Host::gemm(false, true, std::min(slab, rows - first), out_width, in, 1.0f, from + first * in, in, matrix,
                       in, accumulate ? 1.0f : 0.0f, to + first * out_width, out_width);
        });
    }

    void add_bias(const Buffer& bias, std::size_t rows, std::size_t width, Buffer& x) const {
        const float* const shift = bias.data();
        float* const to = x.data();
        over_rows(rows, [=](std::size_t row) {
            for (std::size_t i = 0; i < width; ++i) to[row * width + i] += shift[i];
        });
    }

    void rotate(Buffer& x, std::size_t rows, std::size_t heads, std::size_t head_dim, std::size_t turned,
                const Buffer& cosines, const Buffer& sines, std::span<const std::int32_t> positions) const {
        const float *const cosine = cosines.data(), *const sine = sines.data();
        float* const to = x.data();
        over_rows(rows, [=](std::size_t row) {
            const std::size_t angle = static_cast<std::size_t>(positions[row]) * (turned / 2);
            rotate_row(to + row * heads * head_dim, heads, head_dim, turned, cosine + angle, sine + angle);
        });
    }

    void causal_attention(const Buffer& q, const Buffer& k, const Buffer& v,
                          std::span<const std::int32_t> window_offsets, std::size_t heads, std::size_t kv_heads,
                          std::size_t head_dim, Buffer& out) const {
        const attention_shape shape{heads, kv_heads, head_dim};
        const auto tasks = attention_tasks(window_offsets, heads);
        const attention_task* const list = tasks.data();
        const float *const queries = q.data(), *const keys = k.data(), *const values = v.data();
        float* const to = out.data();
        host_(tasks.size(), [=](std::size_t i) {
            const attention_task& task = list[i];
            const std::size_t query = (task.window * shape.heads + task.head) * shape.head_dim;
            const std::size_t kv_head = task.head / (shape.heads / shape.kv_heads);
            const std::size_t key = (task.window * shape.kv_heads + kv_head) * shape.head_dim;
            attend_rows(Host::gemm, queries + query, keys + key, values + key, shape, task.first, task.last,
                        to + query);
        });
    }

    void gated_silu(Buffer& gate, const Buffer& up, std::size_t rows, std::size_t width) const {
        float* const to = gate.data();
        const float* const factor = up.data();
        over_rows(rows, [=](std::size_t row) { detail::gated_silu(to + row * width, factor + row * width, width); });
    }

    void gelu(Buffer& x, std::size_t rows, std::size_t width, bool by_tanh) const {
        float* const to = x.data();
        over_rows(rows, [=](std::size_t row) { detail::gelu(to + row * width, width, by_tanh); });
    }

    void token_losses(const Buffer& hidden, const Buffer& head, std::size_t rows, std::size_t width,
                      std::size_t vocabulary, std::span<const std::int32_t> targets, std::span<float> losses) const {
        constexpr std::size_t slab = 128;  // rows whose logits exist at a time
        const float *const from = hidden.data(), *const matrix = head.data();
        host_((rows + slab - 1) / slab, [=](std::size_t task) {
            const std::size_t first = task * slab;
            loss_rows(Host::gemm, from + first * width, matrix, std::min(slab, rows - first), width, vocabulary,
                      targets.data() + first, losses.data() + first);
        });
    }

 private:
    /// Query rows [first, last) of one head in the window that begins at row `window`.
    struct attention_task {
        std::size_t window, head, first, last;
    };

    static std::vector<attention_task> attention_tasks(std::span<const std::int32_t> window_offsets,
                                                       std::size_t heads) {
        constexpr std::size_t slab = 128;  // query rows, so that scores fit the second-level cache
        std::vector<attention_task> tasks;
        for (std::size_t w = 0; w + 1 < window_offsets.size(); ++w) {
            const auto window = static_cast<std::size_t>(window_offsets[w]);
            const std::size_t rows = static_cast<std::size_t>(window_offsets[w + 1]) - window;
            for (std::size_t head = 0; head < heads; ++head)
                for (std::size_t first = 0; first < rows; first += slab)
                    tasks.push_back({window, head, first, std::min(first + slab, rows)});
        }
        return tasks;
    }

    template <class Body>
    void over_rows(std::size_t rows, Body body) const {
        constexpr std::size_t slab = 64;  // rows a task
        host_((rows + slab - 1) / slab, [=](std::size_t task) {
            for (std::size_t row = task * slab; row < std::min((task + 1) * slab, rows); ++row) body(row);
        });
    }

    Host host_;
};

}  // namespace bouillon::detail
