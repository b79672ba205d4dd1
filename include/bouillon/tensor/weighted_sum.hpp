// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/parallel.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/tensor/concept.hpp>
#include <bouillon/tensor/weighted_sum_avx2.hpp>
#include <bouillon/tensor/weighted_sum_tile.hpp>

#include <cstring>
#include <span>
#include <string>
#include <vector>

namespace bouillon {

namespace detail {

/// Throws input_error unless there is a coefficient for each input of each output.
inline void check_coefficients(std::size_t inputs, std::size_t coefficients, std::size_t outputs) {
    if (coefficients == inputs * outputs) return;
    const std::string candidates = outputs == 1 ? "" : " for " + to_string(outputs) + " outputs";
    throw input_error("weighted sum" + candidates + ": " + to_string(inputs) + " inputs but " +
                      to_string(coefficients) + " coefficients");
}

/// Checks one output's arguments and gives its terms.
inline term_sum checked_sum(std::span<const tensor_view> inputs, std::span<const double> coefficients,
                            mutable_tensor_view output) {
    if (!mergeable(output.type))
        throw input_error("weighted sum: the output cannot be " + std::string(to_string(output.type)));
    term_sum sum{{}, output};
    for (std::size_t k = 0; k < inputs.size(); ++k) {
        if (!mergeable(inputs[k].type))
            throw input_error("weighted sum: input " + to_string(k) + " is " + std::string(to_string(inputs[k].type)) +
                              ", which cannot be added");
        if (inputs[k].size != output.size)
            throw input_error("weighted sum: input " + to_string(k) + " has " + to_string(inputs[k].size) +
                              " elements, the output has " + to_string(output.size));
        if (coefficients[k] != 0) sum.terms.push_back({inputs[k].data, inputs[k].type, coefficients[k]});
    }
    return sum;
}

/// Checks the arguments of weighted_sums and gives its sums.
inline std::vector<term_sum> checked_sums(std::span<const tensor_view> inputs, std::span<const double> coefficients,
                                          std::span<const mutable_tensor_view> outputs) {
    check_coefficients(inputs.size(), coefficients.size(), outputs.size());
    std::vector<term_sum> sums;  // (outputs)
    for (std::size_t q = 0; q < outputs.size(); ++q) {
        if (outputs[q].size != outputs[0].size)
            throw input_error("weighted sum: an output has " + to_string(outputs[0].size) + " elements, another " +
                              to_string(outputs[q].size));
        sums.push_back(checked_sum(inputs, coefficients.subspan(q * inputs.size(), inputs.size()), outputs[q]));
    }
    return sums;
}

/// Elements [first, last) of a sum, on the calling thread.
inline void weighted_sum_range(const term_sum& sum, std::size_t first, std::size_t last) {
    if (sum.terms.empty()) {
        const std::size_t width = bytes(sum.output.type);
        std::memset(sum.output.data + first * width, 0, (last - first) * width);
        return;
    }
    const bool wide = sums_in_double(sum.terms, sum.output.type);
#if defined(__x86_64__)
    if (has_avx2())
        return wide ? weighted_sum_double_avx2(sum, first, last) : weighted_sums_avx2<1>({&sum}, first, last);
#endif
    wide ? weighted_sum_plain<double>(sum, first, last) : weighted_sum_plain<float>(sum, first, last);
}

/// Whether two float32 sums have the same inputs.
inline bool summed_together(const term_sum& a, const term_sum& b) {
    const auto same = [](const weighted_term& x, const weighted_term& y) {
        return x.data == y.data && x.type == y.type;
    };
    return !a.terms.empty() && !sums_in_double(a.terms, a.output.type) && b.output.type != dtype::f64 &&
           std::equal(a.terms.begin(), a.terms.end(), b.terms.begin(), b.terms.end(), same);
}

/// Elements [first, last) of some of the sums from the first on. Returns how many.
inline std::size_t sum_some(std::span<const term_sum> sums, std::size_t first, std::size_t last) {
#if defined(__x86_64__)
    const auto differs = [&](const term_sum& other) { return !summed_together(sums[0], other); };
    const auto together = std::find_if(sums.begin(), sums.end(), differs) - sums.begin();
    if (has_avx2() && together >= 4) {
        weighted_sums_avx2<4>({&sums[0], &sums[1], &sums[2], &sums[3]}, first, last);
        return 4;
    }
    if (has_avx2() && together >= 2) {
        weighted_sums_avx2<2>({&sums[0], &sums[1]}, first, last);
        return 2;
    }
#endif
    weighted_sum_range(sums[0], first, last);
    return 1;
}

/// Elements [first, last) of sums of the same inputs: of a piece of them all before the next, so that the inputs are in
/// the second-level cache for all but the first.
inline void weighted_sums_range(std::span<const term_sum> sums, std::size_t first, std::size_t last) {
    if (sums.size() == 1) return weighted_sum_range(sums[0], first, last);
    constexpr std::size_t piece = 4096;  // elements
    while (first < last) {
        const std::size_t next = std::min(first + piece, last);
        for (std::size_t q = 0; q < sums.size();) q += sum_some(sums.subspan(q), first, next);
        first = next;
    }
}

/// Calls loop(tasks, body), which must call body(task) for each of them, to compute whole sums of the same inputs.
/// Tasks meet where the first output has whole cache lines.
template <class Loop>
void sum_blocks(std::span<const term_sum> sums, const Loop& loop) {
    if (sums.empty()) return;
    constexpr std::size_t block = 1 << 16;  // elements
    const std::size_t size = sums[0].output.size, aligned = aligned_from(sums[0].output, 0, size);
    const auto edge = [=](std::size_t task) { return task == 0 ? 0 : std::min(aligned + task * block, size); };
    loop((size + block - 1) / block, [=](std::size_t task) { weighted_sums_range(sums, edge(task), edge(task + 1)); });
}

}  // namespace detail

/// The weighted sums of the same tensors for several candidates, in one pass over memory: each candidate's is what
/// `weighted_sum` gives, bit for bit.
///
///     outputs[q] = sum_k coefficients[q][k] * inputs[k]
///
/// @param inputs        (K) as weighted_sum has them
/// @param coefficients  (Q, K), row by row
/// @param outputs       (Q), of any of these types; none may overlap an input or another
/// @param threads       0 for all
/// @throws input_error where numbers or sizes differ or a type cannot be added
/// Cost: each input read once, each output written once.
inline void weighted_sums(std::span<const tensor_view> inputs, std::span<const double> coefficients,
                          std::span<const mutable_tensor_view> outputs, std::size_t threads = 1) {
    const auto sums = detail::checked_sums(inputs, coefficients, outputs);
    detail::sum_blocks(sums, [threads](std::size_t tasks, const auto& body) {
        parallel_for(tasks, thread_count(threads), [&](std::size_t task, std::size_t) { body(task); });
    });
}

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
    weighted_sums(inputs, coefficients, {&output, 1}, threads);
}

/// `weighted_sums` on any backend; one that is no batching_backend reads the inputs anew for each candidate.
template <tensor_backend Backend>
void weighted_sums(const Backend& backend, std::span<const typename Backend::tensor* const> inputs,
                   std::span<const double> coefficients, std::span<typename Backend::tensor* const> outputs) {
    detail::check_coefficients(inputs.size(), coefficients.size(), outputs.size());
    if constexpr (batching_backend<Backend>)
        backend.weighted_sums(inputs, coefficients, outputs);
    else
        for (std::size_t q = 0; q < outputs.size(); ++q)
            backend.weighted_sum(inputs, coefficients.subspan(q * inputs.size(), inputs.size()), *outputs[q]);
}

}  // namespace bouillon
