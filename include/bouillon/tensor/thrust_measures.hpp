// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/host_device.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/tensor/element.hpp>
#include <bouillon/tensor/tensor_view.hpp>
#include <bouillon/tensor/thrust_system.hpp>

#include <thrust/functional.h>
#include <thrust/iterator/counting_iterator.h>
#include <thrust/transform_reduce.h>

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

/// What tensors measure, by Thrust's reductions on any system.
///
/// A sum of squares is in fixed point, in units that the largest element sets: the same bits in any order, so on every
/// system. Of 2^28 elements each square is off by at most 2^-66 of the largest.
namespace bouillon::detail {

/// Element i, or its difference to another tensor's.
struct element_difference {
    dtype type, subtracted_type;
    const std::byte* data;
    const std::byte* subtracted;  ///< or null

    BOUILLON_HOST_DEVICE double operator()(std::size_t i) const {
        const double element = load_element<double>(type, data, i);
        return subtracted == nullptr ? element : element - load_element<double>(subtracted_type, subtracted, i);
    }
};

struct size_of_element {
    element_difference element;

    /// Infinite for NaN, which is no more of a number.
    BOUILLON_HOST_DEVICE double operator()(std::size_t i) const {
        const double size = std::fabs(element(i));
        return size == size ? size : std::numeric_limits<double>::infinity();
    }
};

struct is_not_finite {
    element_difference element;

    BOUILLON_HOST_DEVICE std::size_t operator()(std::size_t i) const { return std::isfinite(element(i)) ? 0 : 1; }
};

/// A sum in two parts: whole units, and shares of them.
struct fixed_sum {
    std::int64_t units, shares;
};

struct add_fixed_sums {
    BOUILLON_HOST_DEVICE fixed_sum operator()(const fixed_sum& a, const fixed_sum& b) const {
        return {a.units + b.units, a.shares + b.shares};
    }
};

/// An element's square.
struct fixed_square {
    element_difference element;
    double scale;   ///< of the element, so that its square is in units
    double shares;  ///< that a unit has

    BOUILLON_HOST_DEVICE fixed_sum operator()(std::size_t i) const {
        const double scaled = element(i) * scale, square = scaled * scaled, units = std::floor(square);
        return {static_cast<std::int64_t>(units), static_cast<std::int64_t>(std::llrint((square - units) * shares))};
    }
};

/// reduce(transform(0), ..., transform(count - 1)) on a system.
template <class System, class Value, class Transform, class Reduce>
Value reduce_elements(const System& system, std::size_t count, const Transform& transform, Value nothing,
                      const Reduce& reduce) {
    return run_on(system, [&] {
        const thrust::counting_iterator<std::size_t> first(0);
        return thrust::transform_reduce(system.policy(), first, first + static_cast<std::ptrdiff_t>(count), transform,
                                        nothing, reduce);
    });
}

/// The root of the sum of squares of so many elements; infinite where one of them is no finite number.
template <class System>
double root_of_squares(const System& system, const element_difference& element, std::size_t count) {
    if (count == 0) return 0;
    const double largest = reduce_elements(system, count, size_of_element{element}, 0.0, thrust::maximum<double>());
    if (largest == 0 || !std::isfinite(largest)) return largest;
    // All squares are below 2^bits, as are all shares, and `count` of them below 2^62.
    const int bits = 62 - static_cast<int>(std::bit_width(count)), exponent = bits / 2 - std::ilogb(largest) - 1;
    const double shares = std::ldexp(1.0, bits);
    const fixed_sum sum = reduce_elements(system, count, fixed_square{element, std::ldexp(1.0, exponent), shares},
                                          fixed_sum{0, 0}, add_fixed_sums());
    const double squares = static_cast<double>(sum.units) + static_cast<double>(sum.shares) / shares;
    return std::ldexp(std::sqrt(squares), -exponent);
}

/// @throws input_error for a type that has no numbers to measure
inline element_difference element_of(const tensor_view& tensor) {
    if (!mergeable(tensor.type))
        throw input_error("a tensor of " + std::string(to_string(tensor.type)) + " cannot be measured");
    return {tensor.type, tensor.type, tensor.data, nullptr};
}

/// The elements of a tensor that are NaN or infinite.
template <class System>
std::size_t count_non_finite(const System& system, const tensor_view& tensor) {
    return reduce_elements(system, tensor.size, is_not_finite{element_of(tensor)}, std::size_t{0},
                           thrust::plus<std::size_t>());
}

/// The root of the sum of a tensor's squares; infinite where an element is not finite.
template <class System>
double norm(const System& system, const tensor_view& tensor) {
    return root_of_squares(system, element_of(tensor), tensor.size);
}

/// The norm of the difference of two tensors, of any types.
/// @throws input_error where they are not of one size
template <class System>
double distance(const System& system, const tensor_view& a, const tensor_view& b) {
    if (a.size != b.size)
        throw input_error("a tensor of " + to_string(a.size) + " elements has no distance from one of " +
                          to_string(b.size));
    element_difference difference = element_of(a);
    const element_difference other = element_of(b);
    difference.subtracted = other.data;
    difference.subtracted_type = other.type;
    return root_of_squares(system, difference, a.size);
}

}  // namespace bouillon::detail
