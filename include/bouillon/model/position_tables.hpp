// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/dtype.hpp>
#include <bouillon/model/decoder.hpp>
#include <bouillon/model/rotary.hpp>

#include <cmath>
#include <cstddef>
#include <vector>

namespace bouillon::detail {

/// Cosines and sines by which positions turn.
struct rotary_table {
    std::vector<float> cosines, sines;  ///< (positions, dims / 2); for long windows a second time, behind
};

/// Angles are rounded to float32 as PyTorch's are, since at a position of thousands that rounding is what shows.
/// @param positions that a window has at most
inline rotary_table make_rotary_table(const rotary_settings& rotary, std::size_t positions) {
    rotary_table table;
    for (const bool long_window : {false, true}) {
        if (long_window && !rotary.is_long(positions)) break;
        const auto frequencies = rotary_frequencies(rotary, long_window);
        for (std::size_t p = 0; p < positions; ++p)
            for (const float frequency : frequencies) {
                const float angle = static_cast<float>(p) * frequency, amplitude = static_cast<float>(rotary.amplitude);
                table.cosines.push_back(std::cos(angle) * amplitude);
                table.sines.push_back(std::sin(angle) * amplitude);
            }
    }
    return table;
}

inline float rounded_to_bf16(float value) { return bf16_to_float(float_to_bf16(value)); }

/// How fast each head's scores fall with distance: powers of one number, and for heads beyond a power of two those of
/// its root in between.
///
/// Source: Press et al. (2021), arXiv 2108.12409, and their code.
/// @returns (heads)
inline std::vector<double> alibi_slopes(std::size_t heads) {
    std::size_t whole = 1;
    while (2 * whole <= heads) whole *= 2;
    std::vector<double> slopes;
    for (std::size_t i = 0; i < heads; ++i) {
        const double power =
            i < whole ? 8.0 * static_cast<double>(i + 1) : 4.0 * static_cast<double>(2 * (i - whole) + 1);
        slopes.push_back(std::exp2(-power / static_cast<double>(whole)));
    }
    return slopes;
}

/// What is added to each head's scores of a key, by the key's place in its window: what the softmax sees is the
/// difference to the query's own place.
/// @returns (heads, positions)
inline std::vector<float> make_position_bias(const decoder& of, std::size_t positions) {
    std::vector<float> bias;
    for (const double slope : alibi_slopes(of.heads))
        for (std::size_t p = 0; p < positions; ++p) {
            const auto place = static_cast<float>(p);
            if (of.bias_by_position == position_bias::rounded_alibi)
                bias.push_back(rounded_to_bf16(rounded_to_bf16(static_cast<float>(slope)) * rounded_to_bf16(place)) /
                               std::sqrt(static_cast<float>(of.head_dim)));
            else
                bias.push_back(static_cast<float>(slope) * place);
        }
    return bias;
}

}  // namespace bouillon::detail
