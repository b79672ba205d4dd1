// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/model/decoder.hpp>
#include <bouillon/tensor/shapes.hpp>

#include <cstddef>

namespace bouillon::detail {

/// A matrix that a model multiplies by, with the bias that it may have, on a backend.
template <class Buffer>
struct linear_map {
    std::size_t inputs = 0, outputs = 0;
    bool biased = false;
    Buffer weight = {};  ///< (outputs, inputs)
    Buffer bias = {};    ///< (outputs), if biased

    template <class Backend>
    static linear_map make(const Backend& backend, std::size_t inputs, std::size_t outputs, bool biased) {
        linear_map made{.inputs = inputs, .outputs = outputs, .biased = biased};
        made.weight = backend.make_buffer(inputs * outputs, buffer_use::matrix);
        if (biased) made.bias = backend.make_buffer(outputs);
        return made;
    }
};

/// What a normalisation multiplies by and adds.
template <class Buffer>
struct norm_weights {
    std::size_t weights = 1;  ///< rows that are taken in turn
    std::size_t width = 0;
    Buffer weight = {};  ///< (weights, width)
    Buffer bias = {};    ///< (weights, width), of a layer normalisation

    template <class Backend>
    static norm_weights make(const Backend& backend, std::size_t width, std::size_t weights, bool biased) {
        norm_weights made;  // no designated initialisers, which nvcc 13.0 does not assign
        made.weights = weights;
        made.width = width;
        made.weight = backend.make_buffer(weights * width);
        if (biased) made.bias = backend.make_buffer(weights * width);
        return made;
    }
};

/// output = map(x), or output += map(x).
/// @param x (rows, map.inputs)
/// @param output (rows, map.outputs)
template <class Backend, class Buffer>
void apply(const Backend& backend, const linear_map<Buffer>& map, const Buffer& x, std::size_t rows, Buffer& output,
           bool accumulate = false) {
    backend.linear(x, map.weight, {.rows = rows, .inputs = map.inputs, .outputs = map.outputs}, accumulate, output);
    if (map.biased) backend.add_bias(map.bias, {.rows = rows, .width = map.outputs}, output);
}

/// output = norm(x), row by row; x may be the output.
/// @param x (rows, norm.width)
template <class Backend, class Buffer>
void normalise(const Backend& backend, const Buffer& x, const norm_settings& settings, const norm_weights<Buffer>& norm,
               std::size_t rows, Buffer& output) {
    const norm_shape shape{
        .rows = rows, .width = norm.width, .weights = norm.weights, .epsilon = static_cast<float>(settings.epsilon)};
    if (settings.kind == norm_settings::function::layer)
        backend.layer_norm(x, norm.weight, norm.bias, shape, output);
    else
        backend.rms_norm(x, norm.weight, shape, output);
}

}  // namespace bouillon::detail
