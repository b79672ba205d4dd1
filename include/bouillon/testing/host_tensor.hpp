// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/dtype.hpp>
#include <bouillon/tensor/element.hpp>
#include <bouillon/tensor/tensor_view.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <random>
#include <span>
#include <vector>

// Tensors in host memory and the arithmetic that is pinned for their sums, as plain loops: what backends are compared
// with.

namespace bouillon::detail {

inline constexpr std::array<dtype, 4> float_types = {dtype::f64, dtype::f32, dtype::f16, dtype::bf16};

/// A tensor in host memory, at an address that is no multiple of anything.
struct host_tensor {
    dtype type;
    std::size_t size;
    std::vector<std::byte> memory;  ///< (1 + size * bytes)

    host_tensor(dtype of, std::size_t elements) : type(of), size(elements), memory(1 + elements * bytes(of)) {}

    std::span<std::byte> data() { return std::span(memory).subspan(1); }
    std::span<const std::byte> data() const { return std::span(memory).subspan(1); }
    double operator[](std::size_t i) const { return load_element<double>(type, data().data(), i); }
    void set(std::size_t i, double value) { store_element(type, data().data(), i, value); }
    tensor_view view() const { return {data().data(), size, type}; }
    mutable_tensor_view output() { return {data().data(), size, type}; }
};

inline host_tensor random_tensor(dtype type, std::size_t size, std::mt19937& engine) {
    host_tensor made(type, size);
    std::normal_distribution<double> normal;
    for (std::size_t i = 0; i < size; ++i) made.set(i, normal(engine));
    return made;
}

/// The pinned arithmetic of one element.
template <class Real>
Real pinned_sum(const std::vector<host_tensor>& inputs, std::span<const double> coefficients, std::size_t i) {
    Real sum = 0;
    bool started = false;
    for (std::size_t k = 0; k < inputs.size(); ++k) {
        if (coefficients[k] == 0) continue;
        const auto c = static_cast<Real>(coefficients[k]), x = static_cast<Real>(inputs[k][i]);
        sum = started ? std::fma(c, x, sum) : c * x;
        started = true;
    }
    return sum;
}

inline host_tensor pinned_sums(const std::vector<host_tensor>& inputs, std::span<const double> coefficients,
                               dtype type) {
    bool wide = type == dtype::f64;
    for (std::size_t k = 0; k < inputs.size(); ++k)
        wide = wide || (inputs[k].type == dtype::f64 && coefficients[k] != 0);
    host_tensor sums(type, inputs[0].size);
    for (std::size_t i = 0; i < sums.size; ++i)
        if (wide)
            sums.set(i, pinned_sum<double>(inputs, coefficients, i));
        else
            store_element(type, sums.data().data(), i, pinned_sum<float>(inputs, coefficients, i));
    return sums;
}

/// Equal to the bit, but for a NaN's payload.
inline bool same_value(double a, double b) {
    return (std::isnan(a) && std::isnan(b)) || (a == b && std::signbit(a) == std::signbit(b));
}

/// The first element in which two tensors of one size differ, or the size.
inline std::size_t first_difference(const host_tensor& a, const host_tensor& b) {
    std::size_t i = 0;
    while (i < a.size && same_value(a[i], b[i])) ++i;
    return i;
}

/// Distance between neighbouring numbers of a type at `value`.
inline double spacing(dtype type, double value) {
    const int digits = type == dtype::f64 ? 53 : type == dtype::f32 ? 24 : type == dtype::f16 ? 11 : 8;
    const int least = type == dtype::f64 ? -1074 : type == dtype::f32 ? -149 : type == dtype::f16 ? -24 : -133;
    return std::ldexp(1.0, std::max(value == 0 ? least : std::ilogb(value) - digits + 1, least));
}

/// Whether each element is the sum in float64 rounded once, but for what the accumulation in float32 may have lost.
inline bool rounded_once(const host_tensor& sums, const std::vector<host_tensor>& inputs,
                         std::span<const double> coefficients) {
    for (std::size_t i = 0; i < sums.size; ++i) {
        double exact = 0, magnitude = 0;
        for (std::size_t k = 0; k < inputs.size(); ++k) {
            exact += coefficients[k] * inputs[k][i];
            magnitude += std::abs(coefficients[k] * inputs[k][i]);
        }
        const double lost = static_cast<double>(inputs.size() + 1) * 0x1p-24 * magnitude;
        if (std::abs(sums[i] - exact) > lost + spacing(sums.type, exact) / 2 * (1 + 0x1p-20)) return false;
    }
    return true;
}

/// Between -1 and 1, some of them 0 and some 1.
inline std::vector<double> mixed_coefficients(std::size_t count, std::mt19937& engine) {
    std::vector<double> coefficients(count);
    std::uniform_real_distribution<double> uniform(-1, 1);
    for (std::size_t k = 0; k < count; ++k) coefficients[k] = k % 5 == 3 ? 0 : k % 7 == 2 ? 1 : uniform(engine);
    return coefficients;
}

}  // namespace bouillon::detail
