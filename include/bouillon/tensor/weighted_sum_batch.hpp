// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/tensor/concept.hpp>
#include <bouillon/tensor/term_sum.hpp>
#include <bouillon/tensor/weighted_sum.hpp>

#include <cstddef>
#include <span>

namespace bouillon {

namespace detail {

/// Elements [first, last) of sums of the same inputs: of a piece of them all before the next, so that the inputs are in
/// the second-level cache for all but the first.
void sum_batch_elements(std::span<const term_sum> sums, std::size_t first, std::size_t last);

}  // namespace detail

/// The weighted sums of the same tensors for several candidates, in one pass over memory: each candidate's is what
/// `weighted_sum` gives, bit for bit.
///
///     outputs[q] = sum_k coefficients[q][k] * inputs[k]
///
/// Cost: each input read once, each output written once.
/// @param inputs (K) as weighted_sum has them
/// @param coefficients (Q, K), row by row
/// @param outputs (Q), of any of these types; none may overlap an input or another
/// @param threads 0 for all
/// @throws input_error where numbers or sizes differ or a type cannot be added
inline void weighted_sum_batch(std::span<const tensor_view> inputs, std::span<const double> coefficients,
                               std::span<const mutable_tensor_view> outputs, std::size_t threads = 1) {
    const auto sums = detail::make_term_batch(inputs, coefficients, outputs);
    if (sums.empty()) return;
    detail::in_parts(outputs[0], detail::parallel_loop{thread_count(threads)},
                     [&](std::size_t first, std::size_t last) { detail::sum_batch_elements(sums, first, last); });
}

/// `weighted_sum_batch` on any backend; one that is no batching_backend reads the inputs anew for each candidate.
template <tensor_backend Backend>
void weighted_sum_batch(const Backend& backend, std::span<const typename Backend::tensor* const> inputs,
                        std::span<const double> coefficients, std::span<typename Backend::tensor* const> outputs) {
    detail::check_coefficients(inputs.size(), coefficients.size(), outputs.size());
    if constexpr (batching_backend<Backend>)
        backend.weighted_sum_batch(inputs, coefficients, outputs);
    else
        for (std::size_t q = 0; q < outputs.size(); ++q)
            backend.weighted_sum(inputs, coefficients.subspan(q * inputs.size(), inputs.size()), *outputs[q]);
}

}  // namespace bouillon

#ifndef BOUILLON_COMPILED
#    include <bouillon/tensor/weighted_sum_batch.ipp>
#endif
