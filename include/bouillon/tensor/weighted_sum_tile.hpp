// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/tensor/element.hpp>
#include <bouillon/tensor/tensor_view.hpp>

#include <cmath>
#include <span>

namespace bouillon::detail {

/// One input of a weighted sum.
struct weighted_term {
    const std::byte* data;
    dtype type;
    double coefficient;
};

template <class Real>
void weighted_sum_elements(std::span<const weighted_term> terms, std::size_t first, std::size_t last,
                           mutable_tensor_view output) {
    for (std::size_t i = first; i < last; ++i) {
        Real sum = 0;
        for (std::size_t k = 0; k < terms.size(); ++k) {
            const auto coefficient = static_cast<Real>(terms[k].coefficient);
            const auto x = load_element<Real>(terms[k].type, terms[k].data, i);
            sum = k == 0 ? coefficient * x : std::fma(coefficient, x, sum);
        }
        store_element(output.type, output.data, i, sum);
    }
}

/// Elements [first, last) of a weighted sum, on the calling thread.
inline void weighted_sum_range(std::span<const weighted_term> terms, std::size_t first, std::size_t last,
                               mutable_tensor_view output) {
    bool wide = output.type == dtype::f64;
    for (const auto& term : terms) wide = wide || term.type == dtype::f64;
    if (wide)
        weighted_sum_elements<double>(terms, first, last, output);
    else
        weighted_sum_elements<float>(terms, first, last, output);
}

}  // namespace bouillon::detail
