// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/parallel.hpp>
#include <bouillon/tensor/weighted_sum_avx2.hpp>
#include <bouillon/tensor/weighted_sum_tile.hpp>

#include <cstring>
#include <span>
#include <string>
#include <vector>

namespace bouillon {

namespace detail {

/// Checks a weighted sum's arguments and gives its terms without those of coefficient 0.
inline std::vector<weighted_term> weighted_terms(std::span<const tensor_view> inputs,
                                                 std::span<const double> coefficients, std::size_t size, dtype type) {
    if (inputs.size() != coefficients.size())
        throw input_error("weighted sum: " + std::to_string(inputs.size()) + " inputs but " +
                          std::to_string(coefficients.size()) + " coefficients");
    if (!mergeable(type)) throw input_error("weighted sum: the output cannot be " + std::string(to_string(type)));
    std::vector<weighted_term> terms;  // (inputs whose coefficient is not 0)
    for (std::size_t k = 0; k < inputs.size(); ++k) {
        if (!mergeable(inputs[k].type))
            throw input_error("weighted sum: input " + std::to_string(k) + " is " +
                              std::string(to_string(inputs[k].type)) + ", which cannot be added");
        if (inputs[k].size != size)
            throw input_error("weighted sum: input " + std::to_string(k) + " has " + std::to_string(inputs[k].size) +
                              " elements, the output has " + std::to_string(size));
        if (coefficients[k] != 0) terms.push_back({inputs[k].data, inputs[k].type, coefficients[k]});
    }
    return terms;
}

/// Elements [first, last) of a sum, on the calling thread.
inline void weighted_sum_range(std::span<const weighted_term> terms, std::size_t first, std::size_t last,
                               mutable_tensor_view output) {
    if (terms.empty()) {
        const std::size_t width = bytes(output.type);
        std::memset(output.data + first * width, 0, (last - first) * width);
        return;
    }
    const bool wide = sums_in_double(terms, output.type);
#if defined(__x86_64__)
    if (has_avx2())
        return wide ? weighted_sum_double_avx2(terms, first, last, output)
                    : weighted_sum_avx2(terms, first, last, output);
#endif
    wide ? weighted_sum_plain<double>(terms, first, last, output)
         : weighted_sum_plain<float>(terms, first, last, output);
}

}  // namespace detail

/// The weighted sum of tensors, in one pass over memory.
///
///     output = sum_k coefficients[k] * inputs[k]
///
/// The arithmetic is pinned: the first product, then one fused multiply-add per input in input order, all in float32
/// (float64 where the output or any input is F64), then one rounding to nearest even. So every number of threads and
/// every backend gives the same bits (a NaN is a NaN, its payload aside). A coefficient of exactly 0 skips its input,
/// NaN included; every other NaN and infinity propagates. The sum of nothing is 0.
///
/// @param inputs        (K) tensors of F64, F32, F16 or BF16, each of any of them, all of the output's size
/// @param coefficients  (K), rounded to float32 for a float32 sum
/// @param output        of any of these types; it may be one of the inputs, but must not overlap one otherwise
/// @param threads       0 for all
/// @throws input_error where numbers or sizes differ or a type cannot be added
/// Cost: each input read once, the output written once, at the speed of a copy.
inline void weighted_sum(std::span<const tensor_view> inputs, std::span<const double> coefficients,
                         mutable_tensor_view output, std::size_t threads = 1) {
    constexpr std::size_t block = 1 << 16;  // elements a task
    const auto terms = detail::weighted_terms(inputs, coefficients, output.size, output.type);
    parallel_for((output.size + block - 1) / block, thread_count(threads), [&](std::size_t task, std::size_t) {
        const std::size_t first = task * block;
        detail::weighted_sum_range(terms, first, std::min(first + block, output.size), output);
    });
}

}  // namespace bouillon
