// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/parallel.hpp>
#include <bouillon/tensor/element.hpp>
#include <bouillon/tensor/instruction_set.hpp>
#include <bouillon/tensor/tensor_view.hpp>
#include <bouillon/tensor/weighted_sum.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace bouillon {

/// Sums over the elements of two tensors (or models) a and b of equal size, from which every figure follows.
struct comparison {
    double squared_a = 0;           ///< sum a^2
    double squared_b = 0;           ///< sum b^2
    double product = 0;             ///< sum a b
    double squared_difference = 0;  ///< sum (b - a)^2, summed as such: from the others it would cancel

    /// Euclidean norm of a.
    double norm_a() const { return std::sqrt(squared_a); }
    /// Euclidean norm of b.
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

/// The sums of the first `count` elements of two tensors of one type, in a fixed number of strands: so many additions
/// do not wait for one another, and a compiler makes vector instructions of them.
template <dtype Type>
BOUILLON_INLINE comparison compare_elements(const std::byte* a, const std::byte* b, std::size_t count) {
    constexpr std::size_t strands = 16;
    double squares_a[strands] = {}, squares_b[strands] = {}, products[strands] = {}, differences[strands] = {};
    std::size_t i = 0;
    for (; i + strands <= count; i += strands)
        for (std::size_t strand = 0; strand < strands; ++strand) {
            const double x = load_element<double>(Type, a, i + strand), y = load_element<double>(Type, b, i + strand);
            squares_a[strand] += x * x;
            squares_b[strand] += y * y;
            products[strand] += x * y;
            differences[strand] += (y - x) * (y - x);
        }
    comparison sums;
    for (std::size_t strand = 0; strand < strands; ++strand)
        sums += {squares_a[strand], squares_b[strand], products[strand], differences[strand]};
    for (; i < count; ++i) {
        const double x = load_element<double>(Type, a, i), y = load_element<double>(Type, b, i);
        sums += {x * x, y * y, x * y, (y - x) * (y - x)};
    }
    return sums;
}

/// The same for F64, F32 or BF16.
BOUILLON_INLINE comparison compare_elements(dtype type, const std::byte* a, const std::byte* b, std::size_t count) {
    if (type == dtype::f64) return compare_elements<dtype::f64>(a, b, count);
    if (type == dtype::bf16) return compare_elements<dtype::bf16>(a, b, count);
    return compare_elements<dtype::f32>(a, b, count);
}

BOUILLON_AVX2 inline comparison compare_elements_avx2(dtype type, const std::byte* a, const std::byte* b,
                                                      std::size_t count) {
    return compare_elements(type, a, b, count);
}

/// The same by the best instructions that the processor has.
inline comparison compare_wide(dtype type, const std::byte* a, const std::byte* b, std::size_t count) {
    return has_avx2() ? compare_elements_avx2(type, a, b, count) : compare_elements(type, a, b, count);
}

/// The same for F16, a block at a time by way of float32: no compiler makes vector instructions of its widening.
inline comparison compare_f16(const std::byte* a, const std::byte* b, std::size_t count) {
    constexpr std::size_t block = 4096;  // elements, which the first-level cache holds
    std::array<float, block> wide_a, wide_b;
    comparison sums;
    for (std::size_t first = 0; first < count; first += block) {
        const std::size_t size = std::min(block, count - first);
        const auto widen = [&](const std::byte* x, std::array<float, block>& wide) {
            const tensor_view stored{x + first * bytes(dtype::f16), size, dtype::f16};
            auto* const floats = reinterpret_cast<std::byte*>(wide.data());
            weighted_sum({&stored, 1}, std::array<double, 1>{1}, {floats, size, dtype::f32});
            return floats;
        };
        sums += compare_wide(dtype::f32, widen(a, wide_a), widen(b, wide_b), size);
    }
    return sums;
}

/// The sums of the first `count` elements of two tensors of one mergeable type, on the calling thread.
inline comparison compare_block(dtype type, const std::byte* a, const std::byte* b, std::size_t count) {
    return type == dtype::f16 ? compare_f16(a, b, count) : compare_wide(type, a, b, count);
}

}  // namespace detail

/// Compares two tensors of equal size and of one of the mergeable types, in float64: every difference is formed from
/// the stored values without a rounding to less.
///
/// The sums are formed in blocks that do not depend on the number of threads, so neither does the result.
/// Cost: each tensor read once.
/// @param a, b tensors of the same type and size
/// @param threads 0 for all
inline comparison compare(const tensor_view& a, const tensor_view& b, std::size_t threads = 0) {
    constexpr std::size_t block = 1 << 16;                         // elements
    std::vector<comparison> blocks((a.size + block - 1) / block);  // each over a block of elements
    parallel_for(blocks.size(), thread_count(threads), [&](std::size_t i, std::size_t) {
        const std::size_t first = i * block, offset = first * bytes(a.type);
        blocks[i] = detail::compare_block(a.type, a.data + offset, b.data + offset, std::min(block, a.size - first));
    });
    comparison sums;
    for (const comparison& sum : blocks) sums += sum;
    return sums;
}

}  // namespace bouillon
