// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/tensor/device_attention.hpp>
#include <bouillon/tensor/device_limits.hpp>
#include <bouillon/tensor/device_product.hpp>
#include <bouillon/tensor/shapes.hpp>
#include <bouillon/tensor/thrust_array.hpp>
#include <bouillon/tensor/thrust_buffer.hpp>
#include <bouillon/tensor/thrust_rows.hpp>
#include <bouillon/tensor/thrust_scratch.hpp>
#include <bouillon/tensor/thrust_system.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

namespace bouillon::detail {

/// Causal attention for a Thrust system on a device, in blocks of queries, so that scores take memory in proportion to
/// a window and not to its square.
///
/// A block's products are those of one window and of all heads, so that a window's numbers do not depend on its batch;
/// the softmax is one reduction for as many blocks as have their scores in memory together.
template <class System>
class thrust_attention {
    using buffer = thrust_buffer<System>;
    using indices = thrust_array<System, std::int32_t>;

 public:
    explicit thrust_attention(System system) : system_(std::move(system)), scratch_(std::make_shared<scratch>()) {}

    /// @param window_offsets (windows + 1), rows
    /// @param positions (rows), in their windows
    /// @param output (rows, heads, value_dim), of the type of queries, keys and values
    void operator()(const attention_inputs<buffer>& inputs, std::span<const std::int32_t> window_offsets,
                    const indices& positions, const attention_shape& shape, buffer& output) const {
        const std::size_t rows = positions.size();
        arrays all{inputs, inputs.queries.data(), output.data(), output.type(), rows, shape};
        if (all.together > 1) {
            const std::size_t size = bytes(all.type);
            all.queries =
                regroup(inputs.queries, all, scratch_->queries.room(system_, rows * shape.query_width() * size));
            all.attended = scratch_->attended.room(system_, rows * shape.output_width() * size);
        }
        for (const auto& group : group_blocks(window_offsets, shape, scores_held)) attend(all, positions, group);
        if (all.together > 1)
            with_type(output, [&]<dtype Type>() {
                thrust_loop<System>{system_}(
                    rows * shape.output_width(),
                    regroup_head_element<Type>{
                        {all.attended}, rows, shape.kv_heads, all.together, shape.value_dim, false, {output.data()}});
            });
    }

 private:
    struct scratch {
        thrust_scratch<System> queries, attended, scores, shares;
    };

    /// What the products read and write.
    struct arrays {
        const attention_inputs<buffer>& inputs;
        const std::byte* queries;  ///< (rows, heads, head_dim), or (kv_heads, rows, together, head_dim)
        std::byte* attended;       ///< likewise, value_dim
        dtype type;                ///< of both
        std::size_t rows;
        attention_shape shape;
        std::size_t together = shape.heads / shape.kv_heads;  ///< heads that share keys

        /// The matrix of a block's rows of queries or of what is attended, for each kv head.
        template <class Byte>
        device_matrix<Byte> rows_of(Byte* data, const attention_block& block, std::size_t width) const {
            const std::size_t step = together > 1 ? width : shape.heads * width;
            return {data + block.first_row() * together * step * bytes(type), type, step,
                    together > 1 ? rows * together * width : width};
        }

        /// The matrix of a block's keys or values, for each kv head.
        device_matrix<const std::byte> keys_of(const buffer& x, const attention_block& block, std::size_t width) const {
            const std::size_t step = shape.kv_heads * width;
            return {x.data() + (block.window + block.first_key) * step * bytes(type), type, step, width};
        }

        /// The matrix of a block's scores or shares, for each kv head.
        template <class Byte>
        device_matrix<Byte> scores_of(Byte* data, dtype stored, const attention_group& group,
                                      const attention_block& block) const {
            const std::size_t before = (block.first_row() - group.first_row()) * together * group.columns;
            return {data + before * bytes(stored), stored, group.columns, group.rows() * together * group.columns};
        }
    };

    /// Queries (rows, heads, head_dim) in the order of the heads that share keys.
    const std::byte* regroup(const buffer& queries, const arrays& all, std::byte* grouped) const {
        with_type(queries, [&]<dtype Type>() {
            thrust_loop<System>{system_}(
                all.rows * all.shape.query_width(),
                regroup_head_element<Type>{
                    {queries.data()}, all.rows, all.shape.kv_heads, all.together, all.shape.head_dim, true, {grouped}});
        });
        return grouped;
    }

    void attend(const arrays& all, const indices& positions, const attention_group& group) const {
        const std::size_t scores = all.shape.heads * group.rows() * group.columns;
        std::byte* const products = scratch_->scores.room(system_, scores * sizeof(float));
        std::byte* const shares = scratch_->shares.room(system_, scores * bytes(all.type));
        for (const auto& block : group.blocks)
            system_.multiply({.m = block.queries * all.together,
                              .n = block.keys,
                              .k = all.shape.head_dim,
                              .batch = all.shape.kv_heads,
                              .alpha = all.shape.scale,
                              .transpose_b = true,
                              .a = all.rows_of(all.queries, block, all.shape.head_dim),
                              .b = all.keys_of(all.inputs.keys, block, all.shape.head_dim),
                              .output = all.scores_of(products, dtype::f32, group, block)});
        with_type(all.inputs.keys, [&]<dtype Type>() {
            take_softmax<Type>(all, positions, group, reinterpret_cast<const float*>(products), shares);
        });
        for (const auto& block : group.blocks)
            system_.multiply({.m = block.queries * all.together,
                              .n = all.shape.value_dim,
                              .k = block.keys,
                              .batch = all.shape.kv_heads,
                              .a = all.scores_of(static_cast<const std::byte*>(shares), all.type, group, block),
                              .b = all.keys_of(all.inputs.values, block, all.shape.value_dim),
                              .output = all.rows_of(all.attended, block, all.shape.value_dim)});
    }

    template <dtype Type>
    void take_softmax(const arrays& all, const indices& positions, const attention_group& group, const float* scores,
                      std::byte* shares) const {
        const auto floats = [](const buffer* x) { return x == nullptr ? nullptr : x->floats(); };
        reduce_rows(system_, all.shape.heads * group.rows(),
                    softmax_of_query<Type>{scores,
                                           group.columns,
                                           group.first_row(),
                                           group.rows(),
                                           positions.data(),
                                           all.shape,
                                           floats(all.inputs.bias),
                                           floats(all.inputs.sinks),
                                           {shares}});
    }

    System system_;
    std::shared_ptr<scratch> scratch_;
};

}  // namespace bouillon::detail
