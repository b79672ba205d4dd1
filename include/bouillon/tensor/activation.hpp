// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/host_device.hpp>

#include <cmath>

namespace bouillon {

/// The function between a feed-forward's linear maps, element by element.
///
/// Reference: Hendrycks and Gimpel (2016), arXiv 1606.08415 (GELU); So et al. (2021), arXiv 2109.08668 (the square of
/// ReLU); Huang and Schlag (2024), arXiv 2411.13010 (xIELU); OpenAI (2025), arXiv 2508.10925 (the clipped SiLU).
enum class activation {
    silu,          ///< x / (1 + exp(-x))
    gelu,          ///< x P(z <= x) for a standard normal z
    gelu_tanh,     ///< x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))
    gelu_sigmoid,  ///< x / (1 + exp(-1.702 x))
    tanh,
    relu,          ///< max(x, 0)
    relu_squared,  ///< max(x, 0)^2
    xielu,         ///< positive x^2 + slope x above 0, negative (exp(min(x, ceiling)) - 1 - x) + slope x below
    clipped_silu   ///< y / (1 + exp(-sharpness y)), y = min(x, limit); what it gates is held to +-limit, plus 1
};

/// An activation with the numbers that some kinds have; dimensionless.
struct activation_function {
    activation kind = activation::silu;                        ///< which function it is
    float positive = 0, negative = 0, slope = 0, ceiling = 0;  ///< of xielu
    float sharpness = 0, limit = 0;                            ///< of clipped_silu

    friend bool operator==(const activation_function&, const activation_function&) = default;
};

namespace detail {

BOUILLON_HOST_DEVICE inline float gelu_exact(float x) { return 0.5f * x * (1 + std::erf(x * 0.70710678f)); }

BOUILLON_HOST_DEVICE inline float gelu_by_tanh(float x) {
    return 0.5f * x * (1 + std::tanh(0.79788456f * (x + 0.044715f * x * x * x)));
}

/// x held to +-limit; NaN stays NaN, as in every function here, so that the loss shows it.
BOUILLON_HOST_DEVICE inline float clamped(float x, float limit) { return x > limit ? limit : x < -limit ? -limit : x; }

/// What attention scores and logits are held to by a cap above 0.
BOUILLON_HOST_DEVICE inline float capped(float x, float cap) { return cap * std::tanh(x / cap); }

BOUILLON_HOST_DEVICE inline float xielu(const activation_function& f, float x) {
    if (x > 0) return f.positive * x * x + f.slope * x;
    return f.negative * (std::expm1(x < f.ceiling ? x : f.ceiling) - x) + f.slope * x;
}

BOUILLON_HOST_DEVICE inline float activate(const activation_function& f, float x) {
    switch (f.kind) {
        case activation::silu:
            return x / (1 + std::exp(-x));
        case activation::gelu:
            return gelu_exact(x);
        case activation::gelu_tanh:
            return gelu_by_tanh(x);
        case activation::gelu_sigmoid:
            return x / (1 + std::exp(-1.702f * x));
        case activation::tanh:
            return std::tanh(x);
        case activation::relu:
            return x < 0 ? 0 : x;
        case activation::relu_squared:
            return x < 0 ? 0 : x * x;
        case activation::xielu:
            return xielu(f, x);
        case activation::clipped_silu:
            break;
    }
    const float y = x > f.limit ? f.limit : x;
    return y / (1 + std::exp(-f.sharpness * y));
}

/// What an activated gate is multiplied by.
BOUILLON_HOST_DEVICE inline float gated(const activation_function& f, float up) {
    if (f.kind != activation::clipped_silu) return up;
    return 1 + clamped(up, f.limit);
}

}  // namespace detail
}  // namespace bouillon
