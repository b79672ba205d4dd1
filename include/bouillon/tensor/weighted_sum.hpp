// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/parallel.hpp>
#include <bouillon/tensor/tensor_view.hpp>
#include <bouillon/tensor/term_sum.hpp>
#include <bouillon/tensor/weighted_sum_tile.hpp>

#include <algorithm>
#include <cstddef>
#include <span>

namespace bouillon {

namespace detail {

/// Elements [first, last) of a sum, on the calling thread.
void sum_elements(const term_sum& sum, std::size_t first, std::size_t last);

/// Calls sum(first, last) for parts of an output that are together all of it and meet where it has whole cache lines.
///
/// `loop(tasks, body)` must call body(task) for each task in [0, tasks).
template <class Loop, class Sum>
void in_parts(mutable_tensor_view output, const Loop& loop, const Sum& sum) {
    constexpr std::size_t part = 1 << 16;  // elements
    const std::size_t size = output.size, aligned = aligned_from(output, 0, size);
    const auto edge = [=](std::size_t task) { return task == 0 ? 0 : std::min(aligned + task * part, size); };
    loop((size + part - 1) / part, [=, &sum](std::size_t task) { sum(edge(task), edge(task + 1)); });
}

/// Several host threads, as in_parts takes them.
struct parallel_loop {
    std::size_t threads;

    template <class Body>
    void operator()(std::size_t tasks, const Body& body) const {
        parallel_for(tasks, threads, [&](std::size_t task, std::size_t) { body(task); });
    }
};

}  // namespace detail

/// The weighted sum of tensors, in one pass over memory.
///
///     output = sum_k coefficients[k] * inputs[k]
///
/// The arithmetic is pinned: the first product, then one fused multiply-add per input in input order, all in float32
/// (float64 where the output or any input is F64), then one rounding to nearest even. So every number of threads and
/// every backend gives the same bits (a NaN is a NaN, its payload aside). A coefficient of exactly 0 skips its input,
/// NaN included; every other NaN and infinity propagates. The sum of nothing is 0.
/// Cost: each input read once, the output written once, at the speed of a copy.
/// @param inputs (K) tensors of F64, F32, F16 or BF16, each of any of them, all of the output's size
/// @param coefficients (K), rounded to float32 for a float32 sum
/// @param output of any of these types; it may be one of the inputs, but must not overlap one otherwise
/// @param threads 0 for all
/// @throws input_error where numbers or sizes differ or a type cannot be added
inline void weighted_sum(std::span<const tensor_view> inputs, std::span<const double> coefficients,
                         mutable_tensor_view output, std::size_t threads = 1) {
    detail::check_coefficients(inputs.size(), coefficients.size(), 1);
    const auto sum = detail::make_term_sum(inputs, coefficients, output);
    if (threads == 1) return detail::sum_elements(sum, 0, output.size);
    detail::in_parts(output, detail::parallel_loop{thread_count(threads)},
                     [&](std::size_t first, std::size_t last) { detail::sum_elements(sum, first, last); });
}

}  // namespace bouillon

#ifndef BOUILLON_COMPILED
#    include <bouillon/tensor/weighted_sum.ipp>
#endif
