// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/to_string.hpp>
#include <bouillon/model/config_reader.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <string>
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

namespace detail {

inline void read_rotary_scaling(const config_reader& scaling, rotary_settings& rotary) {
    const bool older = scaling.has("type");
    const std::string kind = scaling.has("rope_type") || !older ? "rope_type" : "type";
    const std::string name = scaling.has(kind) ? scaling.text(kind) : "default";
    if (name == "default") return;
    if (name != "linear" && name != "llama3")
        scaling.refuse(kind, R"(supported so far: "default", "linear", "llama3")");
    rotary.factor = scaling.number("factor");
    if (name == "linear") return;
    rotary.low_factor = scaling.number("low_freq_factor");
    rotary.high_factor = scaling.number("high_freq_factor");
    rotary.original_context = scaling.number("original_max_position_embeddings");
    if (rotary.high_factor <= rotary.low_factor)
        scaling.refuse("high_freq_factor", "it must be above 'low_freq_factor'");
}

/// transformers 5 keeps all in "rope_parameters"; before, base and share stood beside the sizes and the rest in
/// "rope_scaling".
/// @param config the file
/// @param head_dim elements
/// @param theta_field the base's older name
/// @param share_field the share's older name
/// @param share how much of a head is turned unless the file says otherwise
inline rotary_settings read_rotary(const config_reader& config, std::size_t head_dim, const char* theta_field,
                                   const char* share_field, double share) {
    const config_reader now = config.object("rope_parameters"), before = config.object("rope_scaling");
    rotary_settings rotary;
    rotary.theta = now.number_or("rope_theta", config.number_or(theta_field, 10000));
    share = now.number_or("partial_rotary_factor", config.number_or(share_field, share));
    rotary.dims = static_cast<std::size_t>(static_cast<double>(head_dim) * share);
    for (const auto* settings : {&before, &now}) {
        read_rotary_scaling(*settings, rotary);
        settings->refuse_unread({});
    }
    if (rotary.dims == 0 || rotary.dims % 2 != 0 || rotary.dims > head_dim)
        throw input_error(config.origin() + ": " + to_string(rotary.dims) + " of a head's " + to_string(head_dim) +
                          " dimensions cannot be rotated: an even number is needed");
    return rotary;
}

}  // namespace detail
}  // namespace bouillon
