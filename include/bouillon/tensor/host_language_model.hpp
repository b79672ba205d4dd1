// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/tensor/activation.hpp>
#include <bouillon/tensor/host_rows.hpp>
#include <bouillon/tensor/loss_sum.hpp>
#include <bouillon/tensor/shapes.hpp>

#include <algorithm>
#include <cstdint>
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
    using indices = std::vector<std::int32_t>;
    using windows = std::vector<std::int32_t>;  ///< (windows + 1), rows

    explicit host_language_model(Host host = {}) : host_(host) {}

    indices make_indices(std::size_t count) const { return indices(count); }

    windows make_windows(std::span<const std::int32_t> window_offsets) const {
        return {window_offsets.begin(), window_offsets.end()};
    }

    void write(std::span<const float> values, Buffer& output) const {
        std::copy(values.begin(), values.end(), output.data());
    }

    void write(std::span<const std::int32_t> values, indices& output) const {
        std::copy(values.begin(), values.end(), output.begin());
    }

    void read(const Buffer& values, std::span<float> host) const {
        std::copy_n(values.data(), host.size(), host.data());
    }

    void embed(const Buffer& table, const indices& rows, const index_range& range, std::size_t width,
               Buffer& output) const {
        const float* const rows_of_table = table.data();
        const std::int32_t* const row_of = rows.data() + range.first;
        float* const y = output.data();
        over_rows(range.count, [=](std::size_t row) {
            const float* const x = rows_of_table + static_cast<std::size_t>(row_of[row]) * width;
            std::memcpy(y + row * width, x, width * sizeof(float));
        });
    }

    void add_rows(const Buffer& x, const indices& rows, const Buffer& factors, const index_range& range,
                  std::size_t width, Buffer& output) const {
        const float *const input = x.data(), *const factor = factors.data() + range.first;
        const std::int32_t* const row_of = rows.data() + range.first;
        float* const sum = output.data();
        over_rows(range.count, [=](std::size_t row) {
            const float* const addend = input + row * width;
            float* const to = sum + static_cast<std::size_t>(row_of[row]) * width;
            for (std::size_t i = 0; i < width; ++i) to[i] += factor[row] * addend[i];
        });
    }

    void rms_norm(const Buffer& x, const Buffer& weight, const norm_shape& shape, Buffer& output) const {
        const float *const input = x.data(), *const scale = weight.data();
        float* const normed = output.data();
        over_rows(shape.rows, [=](std::size_t row) {
            const std::size_t width = shape.width, place = row * width;
            rms_norm_row(input + place, scale + row % shape.weights * width, shape, normed + place);
        });
    }

    void layer_norm(const Buffer& x, const Buffer& weight, const Buffer& bias, const norm_shape& shape,
                    Buffer& output) const {
        const float *const input = x.data(), *const scale = weight.data(), *const shift = bias.data();
        float* const normed = output.data();
        over_rows(shape.rows, [=](std::size_t row) {
            const std::size_t width = shape.width, place = row * width, turn = row % shape.weights * width;
            layer_norm_row(input + place, scale + turn, shift + turn, shape, normed + place);
        });
    }

    void linear(const Buffer& x, const Buffer& weight, const linear_shape& shape, bool accumulate,
                Buffer& output) const {
        constexpr std::size_t slab = 256;  // rows a matrix product
        const float *const input = x.data(), *const matrix = weight.data();
        float* const product = output.data();
        host_((shape.rows + slab - 1) / slab, [=](std::size_t task) {
            const std::size_t first = task * slab, inputs = shape.inputs, outputs = shape.outputs;
            Host::gemm(false, true, std::min(slab, shape.rows - first), outputs, inputs, 1.0f, input + first * inputs,
                       inputs, matrix, inputs, accumulate ? 1.0f : 0.0f, product + first * outputs, outputs);
        });
    }

    void add_bias(const Buffer& bias, const row_shape& shape, Buffer& x) const {
        const float* const shift = bias.data();
        float* const sum = x.data();
        over_rows(shape.rows, [=, width = shape.width](std::size_t row) {
            for (std::size_t i = 0; i < width; ++i) sum[row * width + i] += shift[i];
        });
    }

    void add_scaled(const Buffer& x, float factor, const row_shape& shape, Buffer& output) const {
        const float* const input = x.data();
        float* const sum = output.data();
        over_rows(shape.rows, [=, width = shape.width](std::size_t row) {
            for (std::size_t i = row * width; i < (row + 1) * width; ++i) sum[i] += factor * input[i];
        });
    }

    void scale(float factor, const row_shape& shape, Buffer& x) const {
        float* const values = x.data();
        over_rows(shape.rows, [=, width = shape.width](std::size_t row) {
            for (std::size_t i = row * width; i < (row + 1) * width; ++i) values[i] *= factor;
        });
    }

    void clamp(float limit, const row_shape& shape, Buffer& x) const {
        float* const values = x.data();
        over_rows(shape.rows, [=, width = shape.width](std::size_t row) {
            for (std::size_t i = row * width; i < (row + 1) * width; ++i) values[i] = clamped(values[i], limit);
        });
    }

    void rotate(Buffer& x, const rotation_shape& shape, const Buffer& cosines, const Buffer& sines,
                const indices& positions) const {
        const float *const cosine = cosines.data(), *const sine = sines.data();
        const std::int32_t* const position = positions.data();
        float* const heads = x.data();
        over_rows(shape.rows, [=](std::size_t row) {
            const std::size_t angle = static_cast<std::size_t>(position[row]) * shape.pairs();
            rotate_row(heads + row * shape.heads * shape.head_dim, shape, cosine + angle, sine + angle);
        });
    }

    void causal_attention(const attention_inputs<Buffer>& inputs, const windows& window_offsets,
                          const attention_shape& shape, Buffer& output) const {
        const auto tasks = attention_tasks(window_offsets, shape.heads);
        const attention_task* const list = tasks.data();
        const float *const queries = inputs.queries.data(), *const keys = inputs.keys.data();
        const float* const values = inputs.values.data();
        const float* const bias = inputs.bias == nullptr ? nullptr : inputs.bias->data();
        const float* const sinks = inputs.sinks == nullptr ? nullptr : inputs.sinks->data();
        float* const attended = output.data();
        host_(tasks.size(), [=](std::size_t i) {
            const auto [window, head, first, last] = list[i];
            const std::size_t shared = window * shape.kv_heads + shape.kv_head(head), own = window * shape.heads + head;
            const attention_head one{.queries = queries + own * shape.head_dim,
                                     .keys = keys + shared * shape.head_dim,
                                     .values = values + shared * shape.value_dim,
                                     .bias = bias == nullptr ? nullptr : bias + head * shape.positions,
                                     .sink = sinks == nullptr ? nullptr : sinks + head};
            attend_rows(Host::gemm, one, shape, first, last, attended + own * shape.value_dim);
        });
    }

    void activate(const activation_function& function, Buffer& x, const row_shape& shape) const {
        float* const values = x.data();
        over_rows(shape.rows, [=, width = shape.width](std::size_t row) {
            detail::activate(function, values + row * width, width);
        });
    }

    void activate_gated(const activation_function& function, Buffer& gate, const Buffer& up,
                        const row_shape& shape) const {
        float* const gates = gate.data();
        const float* const factors = up.data();
        over_rows(shape.rows, [=, width = shape.width](std::size_t row) {
            detail::activate_gated(function, gates + row * width, factors + row * width, width);
        });
    }

    void token_losses(const loss_inputs<Buffer>& inputs, const loss_shape& shape, const indices& targets,
                      std::size_t first, Buffer& losses) const {
        constexpr std::size_t slab = 256;  // rows whose logits exist at a time
        const float *const states = inputs.hidden.data(), *const matrix = inputs.head.data();
        const float* const bias = inputs.bias == nullptr ? nullptr : inputs.bias->data();
        const std::int32_t* const target = targets.data();
        float* const loss = losses.data() + first;
        host_((shape.rows + slab - 1) / slab, [=](std::size_t task) {
            const std::size_t row = task * slab;
            loss_shape part = shape;
            part.rows = std::min(slab, shape.rows - row);
            loss_rows(Host::gemm, states + row * shape.width, matrix, bias, part, target + row, loss + row);
        });
    }

    void sum_runs(const Buffer& losses, const indices& keys, std::span<std::int64_t> sums) const {
        std::size_t run = 0;
        for (std::size_t row = 0; row < keys.size(); ++row) {
            const bool begins = row == 0 || keys[row] != keys[row - 1];
            if (begins) sums[run++] = 0;
            sums[run - 1] = add_fixed_losses{}(sums[run - 1], to_fixed_loss{}(losses.data()[row]));
        }
    }

 private:
    /// Query rows [first, last) of one head in the window that begins at row `window`.
    struct attention_task {
        std::size_t window, head, first, last;
    };

    static std::vector<attention_task> attention_tasks(const windows& window_offsets, std::size_t heads) {
        constexpr std::size_t slab = 64;  // query rows, so that scores fit the second-level cache
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
