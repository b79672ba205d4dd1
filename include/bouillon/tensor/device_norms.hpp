// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/tensor/device_elements.hpp>
#include <bouillon/tensor/shapes.hpp>

#include <cmath>
#include <cstddef>

/// Norms as reductions of rows (thrust_rows.hpp). A row may be written in place.
namespace bouillon::detail {

/// By the root of the mean square.
template <dtype In, dtype Out>
struct rms_norm_of_row {
    using value = float;  ///< the sum of squares, then what the row is multiplied by

    device_floats<In> x;  ///< (rows, width)
    const float* weight;  ///< (weights, width)
    norm_shape shape;
    device_floats<Out, std::byte> output;  ///< (rows, width)

    BOUILLON_HOST_DEVICE std::size_t steps() const { return shape.width; }
    BOUILLON_HOST_DEVICE value nothing() const { return 0; }
    BOUILLON_HOST_DEVICE value merge(value a, value b) const { return a + b; }
    BOUILLON_HOST_DEVICE value read(std::size_t row, std::size_t i) const {
        const float element = x[row * shape.width + i];
        return element * element;
    }
    BOUILLON_HOST_DEVICE value finish(std::size_t, value squares) const {
        return 1 / std::sqrt(squares / static_cast<float>(shape.width) + shape.epsilon);
    }
    BOUILLON_HOST_DEVICE void write(std::size_t row, std::size_t i, value scale) const {
        const std::size_t place = row * shape.width + i;
        output.set(place, weight[row % shape.weights * shape.width + i] * (x[place] * scale));
    }
};

/// How many numbers, their mean, and the sum of their squared distances from it.
struct moments {
    float count, mean, squares;
};

/// By mean and variance.
///
/// Source of the merge: Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample
/// variances" (1979).
template <dtype In, dtype Out>
struct layer_norm_of_row {
    using value = moments;  ///< in the end `squares` is what the row's distances from its mean are multiplied by

    device_floats<In> x;  ///< (rows, width)
    const float* weight;  ///< (weights, width)
    const float* bias;    ///< (weights, width)
    norm_shape shape;
    device_floats<Out, std::byte> output;  ///< (rows, width)

    BOUILLON_HOST_DEVICE std::size_t steps() const { return shape.width; }
    BOUILLON_HOST_DEVICE value nothing() const { return {0, 0, 0}; }
    BOUILLON_HOST_DEVICE value merge(value a, value b) const {
        if (a.count == 0) return b;
        if (b.count == 0) return a;
        const float count = a.count + b.count, share = b.count / count, distance = b.mean - a.mean;
        return {count, a.mean + distance * share, a.squares + b.squares + distance * distance * a.count * share};
    }
    BOUILLON_HOST_DEVICE value read(std::size_t row, std::size_t i) const { return {1, x[row * shape.width + i], 0}; }
    BOUILLON_HOST_DEVICE value finish(std::size_t, value all) const {
        return {all.count, all.mean, 1 / std::sqrt(all.squares / all.count + shape.epsilon)};
    }
    BOUILLON_HOST_DEVICE void write(std::size_t row, std::size_t i, value all) const {
        const std::size_t place = row * shape.width + i, turn = row % shape.weights * shape.width + i;
        output.set(place, weight[turn] * ((x[place] - all.mean) * all.squares) + bias[turn]);
    }
};

}  // namespace bouillon::detail
