// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/to_string.hpp>
#include <bouillon/testing/buffer_book.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <random>
#include <string>
#include <vector>

namespace bouillon::detail {

/// An activation of every kind, in their order, with the numbers that its kind needs.
inline constexpr std::array<activation_function, 9> activation_functions = {
    activation_function{.kind = activation::silu},
    activation_function{.kind = activation::gelu},
    activation_function{.kind = activation::gelu_tanh},
    activation_function{.kind = activation::gelu_sigmoid},
    activation_function{.kind = activation::tanh},
    activation_function{.kind = activation::relu},
    activation_function{.kind = activation::relu_squared},
    activation_function{
        .kind = activation::xielu, .positive = 0.8f, .negative = 0.3f, .slope = 0.5f, .ceiling = -1e-6f},
    activation_function{.kind = activation::clipped_silu, .sharpness = 1.702f, .limit = 7}};

inline const char* name_of(activation kind) {
    constexpr std::array<const char*, activation_functions.size()> names = {
        "SiLU", "GELU", "GELU by tanh", "GELU by sigmoid", "tanh", "ReLU", "ReLU squared", "xIELU", "clipped SiLU"};
    return names[static_cast<std::size_t>(kind)];
}

/// y / (1 + exp(-sharpness y))
inline double silu_in_float64(double y, double sharpness) { return y / (1 + std::exp(-sharpness * y)); }

inline double activation_in_float64(const activation_function& f, double x) {
    const double rectified = x < 0 ? 0 : x;
    switch (f.kind) {
        case activation::silu:
            return silu_in_float64(x, 1);
        case activation::gelu:
            return 0.5 * x * std::erfc(-x / std::sqrt(2.0));
        case activation::gelu_tanh:
            return 0.5 * x * (1 + std::tanh(std::sqrt(2 / std::acos(-1.0)) * (x + 0.044715 * x * x * x)));
        case activation::gelu_sigmoid:
            return silu_in_float64(x, 1.702);
        case activation::tanh:
            return std::tanh(x);
        case activation::relu:
            return rectified;
        case activation::relu_squared:
            return rectified * rectified;
        case activation::xielu: {
            const double below = std::expm1(std::min(x, static_cast<double>(f.ceiling))) - x;
            return (x > 0 ? static_cast<double>(f.positive) * x * x : static_cast<double>(f.negative) * below) +
                   static_cast<double>(f.slope) * x;
        }
        case activation::clipped_silu:
            break;
    }
    return silu_in_float64(x > static_cast<double>(f.limit) ? static_cast<double>(f.limit) : x,
                           static_cast<double>(f.sharpness));
}

/// What an activated gate is multiplied by.
inline double gated_in_float64(const activation_function& f, double up) {
    const auto limit = static_cast<double>(f.limit);
    return f.kind == activation::clipped_silu ? 1 + std::max(-limit, std::min(up, limit)) : up;
}

/// Every activation, by itself and as a gate, on moderate and extreme numbers.
template <class Backend>
void check_activations(buffer_book<Backend>& book) {
    std::mt19937 engine(26);
    const row_shape shape{.rows = 65, .width = 13};
    const std::size_t size = shape.rows * shape.width;
    auto x = random_floats(size, engine, 4);
    const auto up = random_floats(size, engine, 4);  // some beyond the clipped kind's limit
    const std::array<float, 7> corners = {0, -0.0f, -90, 90, -1e15f, 1e15f, NAN};  // whose square is finite still
    std::copy(corners.begin(), corners.end(), x.begin());
    std::copy(corners.begin(), corners.end(), x.end() - corners.size());  // where a row may end in a rest
    for (const auto& f : activation_functions) {
        auto plain = book.to_buffer(x), gate = book.to_buffer(x);
        book.backend().activate(f, plain, shape);
        book.backend().activate_gated(f, gate, book.to_buffer(up), shape);
        const auto values = book.to_host(plain, size), products = book.to_host(gate, size);
        const auto require = [&](const char* law, std::size_t i, float value, double factor) {
            const std::string what = std::string(name_of(f.kind)) + " of " + to_string(x[i]);
            const double expected = activation_in_float64(f, static_cast<double>(x[i])) * factor;
            if (std::isnan(x[i]))
                book.laws().require(std::isnan(value), "an activation of NaN is NaN", [&] { return what + " is not"; });
            else  // the factor multiplies an activation's error too
                book.laws().require_near(static_cast<double>(value), expected, 1e-6 * std::max(1.0, std::abs(factor)),
                                         law, [&] { return what; });
        };
        for (std::size_t i = 0; i < size; ++i) {
            require("an activation agrees with float64 and survives the largest numbers", i, values[i], 1);
            require("a gate agrees with float64 and survives the largest numbers", i, products[i],
                    gated_in_float64(f, static_cast<double>(up[i])));
        }
    }
}

}  // namespace bouillon::detail
