// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/model/decoder.hpp>
#include <bouillon/model/position_tables.hpp>
#include <bouillon/model/prepared_batch.hpp>
#include <bouillon/model/window_batch.hpp>
#include <bouillon/tensor/concept.hpp>
#include <bouillon/tensor/to_buffer.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace bouillon::detail {

/// The tables of positions of a model on a backend, for all layers.
template <language_model_backend Backend>
class position_buffers {
    using buffer = typename Backend::buffer;

 public:
    /// @param window tokens that a window has at most
    position_buffers(const decoder& of, const Backend& backend, std::size_t window) : window_(window) {
        for (const rotary_settings& rotary : of.rotaries) {
            const auto table = make_rotary_table(rotary, window);
            turnings_.push_back({to_buffer(backend, table.cosines), to_buffer(backend, table.sines)});
        }
        if (of.bias_by_position != position_bias::none) bias_ = to_buffer(backend, make_position_bias(of, window));
    }

    /// Tokens that a window has at most.
    std::size_t window() const { return window_; }
    /// (heads, window), where the model has one.
    const buffer& bias() const { return bias_; }

    /// Turns a layer's queries or keys by their places in their windows.
    /// @param x (rows, heads, head_dim), in place
    void turn(const decoder& of, const Backend& backend, const decoder_layer& layer,
              const prepared_batch<Backend>& batch, std::size_t heads, std::size_t head_dim, buffer& x) const {
        if (!layer.rotary) return;
        const rotary_settings& rotary = of.rotaries[*layer.rotary];
        const turning& table = turnings_[*layer.rotary];
        const rotation_shape shape{.rows = batch.rows, .heads = heads, .head_dim = head_dim, .turned = rotary.dims};
        backend.rotate(x, shape, table.cosines, table.sines,
                       rotary.is_long(window_) ? batch.angles[*layer.rotary] : batch.positions);
    }

    /// The rows of each rotary's tables that the rows of a batch are turned by, where these are not its positions.
    /// @returns (rotaries) of (rows), or empty
    std::vector<typename Backend::indices> angles_of(const decoder& of, const Backend& backend,
                                                     const window_batch& batch) const {
        std::vector<typename Backend::indices> angles(of.rotaries.size());
        for (std::size_t i = 0; i < angles.size(); ++i)
            if (of.rotaries[i].is_long(window_)) angles[i] = to_indices(backend, rows_of(of.rotaries[i], batch));
        return angles;
    }

 private:
    struct turning {
        buffer cosines, sines;  // (window, dims / 2); for long windows a second time, behind
    };

    /// Rows of the tables (rows), where those of long windows lie behind the others.
    std::vector<std::int32_t> rows_of(const rotary_settings& rotary, const window_batch& batch) const {
        std::vector<std::int32_t> rows = batch.positions;
        for (std::size_t w = 0; w < batch.windows(); ++w) {
            const std::int32_t first = batch.window_offsets[w], last = batch.window_offsets[w + 1];
            if (!rotary.is_long(static_cast<std::size_t>(last - first))) continue;
            for (std::int32_t row = first; row < last; ++row)
                rows[static_cast<std::size_t>(row)] += static_cast<std::int32_t>(window_);
        }
        return rows;
    }

    std::size_t window_;
    std::vector<turning> turnings_;  // (rotaries)
    buffer bias_;
};

}  // namespace bouillon::detail
