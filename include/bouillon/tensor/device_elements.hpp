// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/host_device.hpp>
#include <bouillon/tensor/activation.hpp>
#include <bouillon/tensor/device_weighted_sum.hpp>
#include <bouillon/tensor/element.hpp>

#include <cstddef>
#include <cstdint>

/// The operations of a language model's forward pass on elements, as functors for a device.
///
/// Arrays are row-major, of F32 or BF16; the arithmetic is in float32. Shapes are those of `language_model_backend`
/// (concept.hpp).
namespace bouillon::detail {

/// An array on a device, of elements that are floats to whoever reads or writes them.
template <dtype Type, class Byte = const std::byte>
struct device_floats {
    Byte* data;

    BOUILLON_HOST_DEVICE float operator[](std::size_t i) const { return load_element<float>(Type, data, i); }
    BOUILLON_HOST_DEVICE void set(std::size_t i, float value) const { store_element(Type, data, i, value); }
};

/// `Count` neighbouring elements in registers, from and to a multiple of their bytes.
template <dtype Type, std::size_t Count>
struct float_packet {
    float values[Count];

    BOUILLON_HOST_DEVICE void load(const std::byte* data, std::size_t first) {
        element_run<Type, Count> run;
        run.load(data + first * bytes(Type));
        for (std::size_t e = 0; e < Count; ++e) values[e] = load_element<float>(Type, run.data(), e);
    }
    BOUILLON_HOST_DEVICE void store(std::byte* data, std::size_t first) const {
        element_run<Type, Count> run;
        for (std::size_t e = 0; e < Count; ++e) store_element(Type, run.data(), e, values[e]);
        run.store(data + first * bytes(Type));
    }
};

/// Element i of output, from a row of the table that a list names.
template <dtype In, dtype Out>
struct embed_element {
    device_floats<In> table;   ///< (any, width)
    const std::int32_t* rows;  ///< (rows of output)
    std::size_t width;
    device_floats<Out, std::byte> output;  ///< (rows, width)

    BOUILLON_HOST_DEVICE void operator()(std::size_t i) const {
        output.set(i, table[static_cast<std::size_t>(rows[i / width]) * width + i % width]);
    }
};

/// Element i of an array in another type.
template <dtype In, dtype Out>
struct convert_element {
    device_floats<In> input;
    device_floats<Out, std::byte> output;

    BOUILLON_HOST_DEVICE void operator()(std::size_t i) const { output.set(i, input[i]); }
};

/// Element i of x (rows, width), to the row of output (any, width) that it is added to.
template <dtype In>
struct add_row_element {
    device_floats<In> x;
    const std::int32_t* rows;  ///< (rows of x)
    const float* factors;      ///< (rows of x)
    std::size_t width;
    float* output;

    BOUILLON_HOST_DEVICE void operator()(std::size_t i) const {
        const std::size_t row = i / width;
        output[static_cast<std::size_t>(rows[row]) * width + i % width] += factors[row] * x[i];
    }
};

/// Element i of x (rows, width).
template <dtype Type>
struct add_bias_element {
    const float* bias;  ///< (width)
    std::size_t width;
    device_floats<Type, std::byte> x;

    BOUILLON_HOST_DEVICE void operator()(std::size_t i) const { x.set(i, x[i] + bias[i % width]); }
};

template <dtype In>
struct add_scaled_element {
    device_floats<In> x;
    float factor;
    float* output;

    BOUILLON_HOST_DEVICE void operator()(std::size_t i) const { output[i] += factor * x[i]; }
};

template <dtype Type>
struct scale_element {
    float factor;
    device_floats<Type, std::byte> x;

    BOUILLON_HOST_DEVICE void operator()(std::size_t i) const { x.set(i, x[i] * factor); }
};

template <dtype Type>
struct clamp_element {
    float limit;
    device_floats<Type, std::byte> x;

    BOUILLON_HOST_DEVICE void operator()(std::size_t i) const { x.set(i, clamped(x[i], limit)); }
};

template <dtype Type>
struct activate_element {
    activation_function function;
    device_floats<Type, std::byte> x;

    BOUILLON_HOST_DEVICE void operator()(std::size_t i) const { x.set(i, activate(function, x[i])); }
};

/// Packet i of a gate, times what it lets through.
template <dtype Type, std::size_t Count>
struct activate_gated_packet {
    activation_function function;
    std::byte* gate;
    const std::byte* up;

    BOUILLON_HOST_DEVICE void operator()(std::size_t i) const {
        float_packet<Type, Count> gates, factors;
        gates.load(gate, i * Count);
        factors.load(up, i * Count);
        for (std::size_t e = 0; e < Count; ++e)
            gates.values[e] = activate(function, gates.values[e]) * gated(function, factors.values[e]);
        gates.store(gate, i * Count);
    }
};

/// Pair i of x (rows, heads, pairs of elements).
template <dtype Type>
struct rotate_pair {
    device_floats<Type, std::byte> x;  ///< (rows, heads, head_dim)
    const float* cosines;              ///< (any, pairs)
    const float* sines;                ///< (any, pairs)
    const std::int32_t* positions;     ///< (rows)
    std::size_t heads, head_dim, pairs;

    BOUILLON_HOST_DEVICE void operator()(std::size_t i) const {
        const std::size_t pair = i % pairs, head = i / pairs, row = head / heads;
        const std::size_t one = head * head_dim + pair, other = one + pairs;
        const std::size_t angle = static_cast<std::size_t>(positions[row]) * pairs + pair;
        const float first = x[one], second = x[other];
        x.set(one, first * cosines[angle] - second * sines[angle]);
        x.set(other, second * cosines[angle] + first * sines[angle]);
    }
};

}  // namespace bouillon::detail
