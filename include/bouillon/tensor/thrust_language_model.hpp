// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/tensor/device_elements.hpp>
#include <bouillon/tensor/device_limits.hpp>
#include <bouillon/tensor/device_losses.hpp>
#include <bouillon/tensor/device_norms.hpp>
#include <bouillon/tensor/device_product.hpp>
#include <bouillon/tensor/loss_sum.hpp>
#include <bouillon/tensor/precision.hpp>
#include <bouillon/tensor/shapes.hpp>
#include <bouillon/tensor/thrust_array.hpp>
#include <bouillon/tensor/thrust_attention.hpp>
#include <bouillon/tensor/thrust_buffer.hpp>
#include <bouillon/tensor/thrust_rows.hpp>
#include <bouillon/tensor/thrust_scratch.hpp>
#include <bouillon/tensor/thrust_system.hpp>

#include <thrust/iterator/discard_iterator.h>
#include <thrust/iterator/transform_iterator.h>
#include <thrust/reduce.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace bouillon::detail {

/// The forward pass of a language model for a Thrust system on a device.
///
/// Matrix products are the system's, in its precision; the rest is a functor on each element, or a reduction of rows.
/// Between two calls nothing is copied to the host and, once memory is as large as a pass needs, nothing is allocated.
template <class System>
class thrust_language_model {
 public:
    using buffer = thrust_buffer<System>;
    using indices = thrust_array<System, std::int32_t>;

    /// Where a batch's windows begin, and each row's place in its window.
    struct windows {
        std::vector<std::int32_t> offsets;  ///< (windows + 1), rows
        indices positions;                  ///< (rows)
    };

    explicit thrust_language_model(System system = System())
        : system_(std::move(system)), loop_{system_}, attention_(system_), scratch_(std::make_shared<scratch>()) {}

    const System& system() const { return system_; }

    buffer make_buffer(std::size_t elements, buffer_use use = buffer_use::sums) const {
        const bool narrow = use != buffer_use::sums && system_.precision() == precision::bf16;
        return buffer(system_, elements, narrow ? dtype::bf16 : dtype::f32);
    }

    indices make_indices(std::size_t count) const { return indices(system_, count); }

    windows make_windows(std::span<const std::int32_t> window_offsets) const {
        std::vector<std::int32_t> positions;  // (rows)
        for (std::size_t w = 0; w + 1 < window_offsets.size(); ++w)
            for (std::int32_t row = window_offsets[w]; row < window_offsets[w + 1]; ++row)
                positions.push_back(row - window_offsets[w]);
        return {{window_offsets.begin(), window_offsets.end()},
                indices(system_, std::span<const std::int32_t>(positions))};
    }

    void write(std::span<const float> values, buffer& output) const {
        if (output.type() == dtype::f32) return copy_to_system(system_, values, output.floats());
        std::vector<std::byte> narrow(values.size() * bytes(dtype::bf16));
        for (std::size_t i = 0; i < values.size(); ++i) store_element(dtype::bf16, narrow.data(), i, values[i]);
        copy_to_system(system_, std::span<const std::byte>(narrow), output.data());
    }

    void write(std::span<const std::int32_t> values, indices& output) const {
        copy_to_system(system_, values, output.data());
    }

    void read(const buffer& values, std::span<float> host) const {
        if (values.type() == dtype::f32) return copy_to_host(system_, values.floats(), host);
        std::vector<std::byte> narrow(host.size() * bytes(dtype::bf16));
        copy_to_host(system_, values.data(), std::span(narrow));
        for (std::size_t i = 0; i < host.size(); ++i) host[i] = load_element<float>(dtype::bf16, narrow.data(), i);
    }

    void embed(const buffer& table, const indices& rows, const index_range& range, std::size_t width,
               buffer& output) const {
        with_types(table, output, [&]<dtype In, dtype Out>() {
            loop_(range.count * width,
                  embed_element<In, Out>{{table.data()}, rows.data() + range.first, width, {output.data()}});
        });
    }

    void add_rows(const buffer& x, const indices& rows, const buffer& factors, const index_range& range,
                  std::size_t width, buffer& output) const {
        with_type(x, [&]<dtype Type>() {
            loop_(range.count * width,
                  add_row_element<Type>{
                      {x.data()}, rows.data() + range.first, factors.floats() + range.first, width, output.floats()});
        });
    }

    void rms_norm(const buffer& x, const buffer& weight, const norm_shape& shape, buffer& output) const {
        with_types(x, output, [&]<dtype In, dtype Out>() {
            reduce_rows(system_, shape.rows,
                        rms_norm_of_row<In, Out>{{x.data()}, weight.floats(), shape, {output.data()}});
        });
    }

    void layer_norm(const buffer& x, const buffer& weight, const buffer& bias, const norm_shape& shape,
                    buffer& output) const {
        with_types(x, output, [&]<dtype In, dtype Out>() {
            reduce_rows(system_, shape.rows,
                        layer_norm_of_row<In, Out>{{x.data()}, weight.floats(), bias.floats(), shape, {output.data()}});
        });
    }

    void linear(const buffer& x, const buffer& weight, const linear_shape& shape, bool accumulate,
                buffer& output) const {
        system_.multiply({.m = shape.rows,
                          .n = shape.outputs,
                          .k = shape.inputs,
                          .beta = accumulate ? 1.0f : 0.0f,
                          .transpose_b = true,
                          .a = {factor_of(x, weight.type(), shape.rows * shape.inputs), weight.type(), shape.inputs, 0},
                          .b = {weight.data(), weight.type(), shape.inputs, 0},
                          .output = {output.data(), output.type(), shape.outputs, 0}});
    }

    void add_bias(const buffer& bias, const row_shape& shape, buffer& x) const {
        with_type(x, [&]<dtype Type>() {
            loop_(shape.rows * shape.width, add_bias_element<Type>{bias.floats(), shape.width, {x.data()}});
        });
    }

    void add_scaled(const buffer& x, float factor, const row_shape& shape, buffer& output) const {
        with_type(x, [&]<dtype Type>() {
            loop_(shape.rows * shape.width, add_scaled_element<Type>{{x.data()}, factor, output.floats()});
        });
    }

    void scale(float factor, const row_shape& shape, buffer& x) const {
        with_type(x, [&]<dtype Type>() { loop_(shape.rows * shape.width, scale_element<Type>{factor, {x.data()}}); });
    }

    void clamp(float limit, const row_shape& shape, buffer& x) const {
        with_type(x, [&]<dtype Type>() { loop_(shape.rows * shape.width, clamp_element<Type>{limit, {x.data()}}); });
    }

    void rotate(buffer& x, const rotation_shape& shape, const buffer& cosines, const buffer& sines,
                const indices& positions) const {
        with_type(x, [&]<dtype Type>() {
            loop_(shape.rows * shape.heads * shape.pairs(), rotate_pair<Type>{{x.data()},
                                                                              cosines.floats(),
                                                                              sines.floats(),
                                                                              positions.data(),
                                                                              shape.heads,
                                                                              shape.head_dim,
                                                                              shape.pairs()});
        });
    }

    void causal_attention(const attention_inputs<buffer>& inputs, const windows& batch, const attention_shape& shape,
                          buffer& output) const {
        attention_(inputs, batch.offsets, batch.positions, shape, output);
    }

    void activate(const activation_function& function, buffer& x, const row_shape& shape) const {
        with_type(x, [&]<dtype Type>() {
            loop_(shape.rows * shape.width, activate_element<Type>{function, {x.data()}});
        });
    }

    void activate_gated(const activation_function& function, buffer& gate, const buffer& up,
                        const row_shape& shape) const {
        with_type(gate, [&]<dtype Type>() {
            constexpr std::size_t packet = packet_bytes / bytes(Type);
            const std::size_t size = shape.rows * shape.width, packets = size / packet, behind = packets * packet;
            loop_(packets, activate_gated_packet<Type, packet>{function, gate.data(), up.data()});
            loop_(size - behind, activate_gated_packet<Type, 1>{function, gate.data() + behind * bytes(Type),
                                                                up.data() + behind * bytes(Type)});
        });
    }

    void token_losses(const loss_inputs<buffer>& inputs, const loss_shape& shape, const indices& targets,
                      std::size_t first_loss, buffer& losses) const {
        const std::size_t rows = shape.rows, width = shape.width, block = std::min(logits_held, shape.vocabulary);
        const dtype type = inputs.head.type();
        const std::byte* const hidden = factor_of(inputs.hidden, type, rows * width);
        float* const logits = scratch_->logits.template room_for<float>(system_, rows * block);
        running_loss* const state = scratch_->loss_state.template room_for<running_loss>(system_, rows);
        for (std::size_t first = 0; first < shape.vocabulary; first += block) {
            const std::size_t count = std::min(block, shape.vocabulary - first);
            system_.multiply({.m = rows,
                              .n = count,
                              .k = width,
                              .alpha = shape.scale,
                              .transpose_b = true,
                              .a = {hidden, type, width, 0},
                              .b = {inputs.head.data() + first * width * bytes(type), type, width, 0},
                              .output = {reinterpret_cast<std::byte*>(logits), dtype::f32, count, 0}});
            const float* const bias = inputs.bias == nullptr ? nullptr : inputs.bias->floats() + first;
            reduce_rows(system_, rows,
                        add_logits_of_row{logits, first, count, shape.vocabulary, bias, shape.scale, shape.cap,
                                          targets.data(), state, losses.floats() + first_loss});
        }
    }

    void sum_runs(const buffer& losses, const indices& keys, std::span<std::int64_t> sums) const {
        if (sums.empty()) return;
        thrust_array<System, fixed_loss> device_sums(system_, sums.size());
        run_on(system_, [&] {
            using memory = typename System::memory;
            const thrust::pointer<const std::int32_t, memory> first(keys.data());
            const thrust::pointer<const float, memory> values(losses.floats());
            thrust::reduce_by_key(system_.policy(), first, first + static_cast<std::ptrdiff_t>(keys.size()),
                                  thrust::make_transform_iterator(values, to_fixed_loss{}),
                                  thrust::make_discard_iterator(),
                                  thrust::pointer<fixed_loss, memory>(device_sums.data()),
                                  thrust::equal_to<std::int32_t>{}, add_fixed_losses{});
        });
        copy_to_host(system_, device_sums.data(), sums);
    }

 private:
    struct scratch {
        thrust_scratch<System> factors, logits, loss_state;
    };

    /// A buffer's first elements in the type that a product wants.
    const std::byte* factor_of(const buffer& x, dtype type, std::size_t elements) const {
        if (x.type() == type) return x.data();
        std::byte* const converted = scratch_->factors.room(system_, elements * bytes(type));
        if (type == dtype::bf16)
            loop_(elements, convert_element<dtype::f32, dtype::bf16>{{x.data()}, {converted}});
        else
            loop_(elements, convert_element<dtype::bf16, dtype::f32>{{x.data()}, {converted}});
        return converted;
    }

    System system_;
    thrust_loop<System> loop_;
    thrust_attention<System> attention_;
    std::shared_ptr<scratch> scratch_;
};

}  // namespace bouillon::detail
