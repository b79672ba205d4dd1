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
/// Reference: Su et al. (2021), arXiv 2104.09864; Peng et al. (2023), arXiv 2309.00071 (YaRN); Ding et al. (2024),
/// arXiv 2402.13753 (LongRoPE); Hugging Face transformers, modeling_rope_utils.
struct rotary_settings {
    /// How angles are changed for windows longer than a model was first trained on.
    enum class scaling {
        linear,    ///< all frequencies are divided by `factor`
        llama3,    ///< those of wavelengths above original_context / low_factor; shorter ones in part, and those below
                   ///< original_context / high_factor not at all
        yarn,      ///< those that turn less often than `slow` in the original context; in part those below `fast`
        long_rope  ///< each by a number of its own: one of `short_factors` in windows that the original context holds
    };

    std::size_t dims = 0;                    ///< even; how many of a head's dimensions are turned, the first ones
    double theta = 10000;                    ///< base of the frequencies
    scaling kind = scaling::linear;          ///< of the angles
    double factor = 1;                       ///< of the positions, by which windows became longer
    double original_context = 0;             ///< tokens
    double low_factor = 0, high_factor = 0;  ///< of llama3
    double fast = 32, slow = 1;              ///< of yarn, turns
    bool whole_dimensions = true;            ///< of yarn: its bounds are rounded away from each other
    std::vector<double> short_factors = {}, long_factors = {};  ///< of long_rope (dims / 2)
    double amplitude = 1;                                       ///< of sines and cosines

    friend bool operator==(const rotary_settings&, const rotary_settings&) = default;

    /// Whether a window of so many tokens is turned by other frequencies than a short one.
    bool is_long(std::size_t window) const {
        return kind == scaling::long_rope && static_cast<double>(window) > original_context;
    }
};

namespace detail {

/// The share of a frequency that is not divided by the factor: by how often it turns in the original context.
inline double llama3_kept(const rotary_settings& rotary, double frequency) {
    const double turns = rotary.original_context * frequency / (2 * std::numbers::pi);
    return std::clamp((turns - rotary.low_factor) / (rotary.high_factor - rotary.low_factor), 0.0, 1.0);
}

/// The same by the pair's number, between those that turn `fast` and `slow` times.
inline double yarn_kept(const rotary_settings& rotary, std::size_t pair) {
    const auto dims = static_cast<double>(rotary.dims);
    const auto pair_that_turns = [&](double turns) {
        return dims * std::log(rotary.original_context / (turns * 2 * std::numbers::pi)) / (2 * std::log(rotary.theta));
    };
    double low = pair_that_turns(rotary.fast), high = pair_that_turns(rotary.slow);
    if (rotary.whole_dimensions) {
        low = std::floor(low);
        high = std::ceil(high);
    }
    low = std::max(low, 0.0);
    high = std::min(high, dims - 1);
    if (low == high) high += 0.001;
    return 1 - std::clamp((static_cast<double>(pair) - low) / (high - low), 0.0, 1.0);
}

}  // namespace detail

/// Angle a position of each pair of dimensions, radians: theta^(-2 i / dims), scaled. Rounded to float32 as PyTorch's.
/// @param rotary how positions turn queries and keys
/// @param long_window whether they are those of windows that the original context does not hold (is_long)
inline std::vector<float> rotary_frequencies(const rotary_settings& rotary, bool long_window = false) {
    std::vector<float> frequencies;  // (dims / 2)
    for (std::size_t i = 0; i < rotary.dims / 2; ++i) {
        const double exponent = static_cast<double>(2 * i) / static_cast<double>(rotary.dims);
        const double plain = 1 / std::pow(rotary.theta, exponent);
        double kept = 0, factor = rotary.factor;
        if (rotary.kind == rotary_settings::scaling::llama3) kept = detail::llama3_kept(rotary, plain);
        if (rotary.kind == rotary_settings::scaling::yarn) kept = detail::yarn_kept(rotary, i);
        if (rotary.kind == rotary_settings::scaling::long_rope)
            factor = (long_window ? rotary.long_factors : rotary.short_factors)[i];
        frequencies.push_back(static_cast<float>(kept * plain + (1 - kept) * plain / factor));
    }
    return frequencies;
}

}  // namespace bouillon
