// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint_set.hpp>
#include <bouillon/core/parallel.hpp>
#include <bouillon/tensor/element.hpp>
#include <bouillon/tensor/tensor_view.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

namespace bouillon {

/// Sums over the elements of two tensors (or models) a and b of equal size, from which every figure follows.
struct comparison {
    double squared_a = 0;           // sum a^2
    double squared_b = 0;           // sum b^2
    double product = 0;             // sum a b
    double squared_difference = 0;  // sum (b - a)^2, summed as such: from the others it would cancel

    double norm_a() const { return std::sqrt(squared_a); }
    double norm_b() const { return std::sqrt(squared_b); }
    /// Euclidean distance between a and b.
    double distance() const { return std::sqrt(squared_difference); }
    /// Cosine of the angle between a and b; NaN where one of them is zero.
    double cosine() const { return product / (norm_a() * norm_b()); }

    comparison& operator+=(const comparison& other) {
        squared_a += other.squared_a;
        squared_b += other.squared_b;
        product += other.product;
        squared_difference += other.squared_difference;
        return *this;
    }
};

namespace detail {

template <dtype Type>
comparison compare_range(const std::byte* a, const std::byte* b, std::size_t first, std::size_t last) {
    comparison sums;
    for (std::size_t i = first; i < last; ++i) {
        const double x = load_element<double>(Type, a, i), y = load_element<double>(Type, b, i);
        sums.squared_a += x * x;
        sums.squared_b += y * y;
        sums.product += x * y;
        sums.squared_difference += (y - x) * (y - x);
    }
    return sums;
}

inline comparison compare_range(dtype type, const std::byte* a, const std::byte* b, std::size_t first,
                                std::size_t last) {
    switch (type) {
        case dtype::f64:
            return compare_range<dtype::f64>(a, b, first, last);
        case dtype::f32:
            return compare_range<dtype::f32>(a, b, first, last);
        case dtype::f16:
            return compare_range<dtype::f16>(a, b, first, last);
        default:
            return compare_range<dtype::bf16>(a, b, first, last);
    }
}

}  // namespace detail

/// Compares two tensors of equal size and of one of the mergeable types, in float64.
/// The sums are formed in blocks that do not depend on the number of threads, so neither does the result.
/// @param a, b     tensors of the same type and size
/// @param threads  0 for all
/// Cost: each tensor read once.
inline comparison compare(const tensor_view& a, const tensor_view& b, std::size_t threads = 0) {
    constexpr std::size_t block = 1 << 16;  // elements
    std::vector<comparison> blocks((a.size + block - 1) / block);
    parallel_for(blocks.size(), thread_count(threads), [&](std::size_t i, std::size_t) {
        blocks[i] = detail::compare_range(a.type, a.data, b.data, i * block, std::min((i + 1) * block, a.size));
    });
    comparison sums;
    for (const comparison& sum : blocks) sums += sum;
    return sums;
}

/// Compares two checkpoints of one set tensor by tensor. Tensors that cannot be merged (integers, bools) have zero
/// sums.
/// @returns (tensors of the set), in its order; their sum is the comparison of the whole models
inline std::vector<comparison> compare(const checkpoint_set& checkpoints, std::size_t a, std::size_t b,
                                       std::size_t threads = 0) {
    std::vector<comparison> comparisons(checkpoints.tensors().size());
    for (std::size_t i = 0; i < comparisons.size(); ++i) {
        const auto& tensor = checkpoints.tensors()[i];
        if (!mergeable(tensor.type)) continue;
        const auto view = [&](std::size_t k) {
            return tensor_view{checkpoints[k].bytes(i).data(), tensor.elements(), tensor.type};
        };
        comparisons[i] = compare(view(a), view(b), threads);
    }
    return comparisons;
}

}  // namespace bouillon
