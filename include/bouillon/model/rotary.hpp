// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <vector>

namespace bouillon {

/// How a token's position turns its queries and keys.
///
/// Reference: Su et al. (2021), arXiv 2104.09864.
struct rotary_settings {
    std::size_t dims = 0;    ///< even; how many of a head's dimensions are turned, the first ones
    double theta = 10000;    ///< base of the frequencies
    double factor = 1;       ///< by which low frequencies are divided
    double low_factor = 0;   ///< both 0: all frequencies are divided alike; else those of wavelengths between
    double high_factor = 0;  ///< original_context / high_factor and / low_factor are in part, shorter ones not at all
    double original_context = 0;  ///< tokens

    friend bool operator==(const rotary_settings&, const rotary_settings&) = default;
};

/// Angle a position of each pair of dimensions, radians: theta^(-2 i / dims), scaled. Rounded to float32 as PyTorch's.
///
/// Reference: Hugging Face transformers, modeling_rope_utils ("linear" and "llama3").
inline std::vector<float> rotary_frequencies(const rotary_settings& rotary) {
    std::vector<float> frequencies;  // (dims / 2)
    for (std::size_t i = 0; i < rotary.dims / 2; ++i) {
        const double exponent = static_cast<double>(2 * i) / static_cast<double>(rotary.dims);
        const double plain = 1 / std::pow(rotary.theta, exponent);
        double kept = 0;  // the share that is not divided
        if (rotary.high_factor > 0) {
            const double turns = rotary.original_context * plain / (2 * std::numbers::pi);
            kept = std::clamp((turns - rotary.low_factor) / (rotary.high_factor - rotary.low_factor), 0.0, 1.0);
        }
        frequencies.push_back(static_cast<float>(kept * plain + (1 - kept) * plain / rotary.factor));
    }
    return frequencies;
}

}  // namespace bouillon
