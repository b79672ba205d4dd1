// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/dtype.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/tensor/tensor_view.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

/// Weighted sums whose arguments are checked, as every backend for host memory or a device takes them.
namespace bouillon::detail {

/// One input of a weighted sum.
struct weighted_term {
    const std::byte* data;
    dtype type;
    double coefficient;
    float narrow = static_cast<float>(coefficient);
};

/// A weighted sum whose arguments are checked.
struct term_sum {
    std::vector<weighted_term> terms;  ///< (inputs whose coefficient is not 0)
    mutable_tensor_view output;
};

/// Whether a sum is accumulated in float64.
inline bool sums_in_double(std::span<const weighted_term> terms, dtype output) {
    return output == dtype::f64 ||
           std::any_of(terms.begin(), terms.end(), [](const weighted_term& t) { return t.type == dtype::f64; });
}

/// Checks the number of coefficients.
/// @throws input_error unless there is a coefficient for each input of each output
inline void check_coefficients(std::size_t inputs, std::size_t coefficients, std::size_t outputs) {
    if (coefficients == inputs * outputs) return;
    const std::string candidates = outputs == 1 ? "" : " for " + to_string(outputs) + " outputs";
    throw input_error("weighted sum" + candidates + ": " + to_string(inputs) + " inputs but " +
                      to_string(coefficients) + " coefficients");
}

/// Checks the arguments of a weighted sum.
/// @throws input_error as weighted_sum does
inline term_sum make_term_sum(std::span<const tensor_view> inputs, std::span<const double> coefficients,
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

/// The same for several candidates.
/// @param coefficients (outputs, inputs), row by row
inline std::vector<term_sum> make_term_batch(std::span<const tensor_view> inputs, std::span<const double> coefficients,
                                             std::span<const mutable_tensor_view> outputs) {
    check_coefficients(inputs.size(), coefficients.size(), outputs.size());
    std::vector<term_sum> sums;  // (outputs)
    for (std::size_t q = 0; q < outputs.size(); ++q) {
        if (outputs[q].size != outputs[0].size)
            throw input_error("weighted sum: an output has " + to_string(outputs[0].size) + " elements, another " +
                              to_string(outputs[q].size));
        sums.push_back(make_term_sum(inputs, coefficients.subspan(q * inputs.size(), inputs.size()), outputs[q]));
    }
    return sums;
}

/// Whether two float32 sums have the same inputs.
inline bool have_same_inputs(const term_sum& a, const term_sum& b) {
    const auto same = [](const weighted_term& x, const weighted_term& y) {
        return x.data == y.data && x.type == y.type;
    };
    return !a.terms.empty() && !sums_in_double(a.terms, a.output.type) && b.output.type != dtype::f64 &&
           std::equal(a.terms.begin(), a.terms.end(), b.terms.begin(), b.terms.end(), same);
}

}  // namespace bouillon::detail
