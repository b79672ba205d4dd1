// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/dtype.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/core/in_quotes.hpp>

#include <fnmatch.h>

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace bouillon {

namespace detail {

/// Whether a pattern in the shell's language (* is any text, ? a character) fits a tensor's name.
inline bool fits(const std::string& pattern, const std::string& tensor) {
    return ::fnmatch(pattern.c_str(), tensor.c_str(), 0) == 0;
}

/// The type that holds every value of both: of F16 and BF16 it is F32.
inline dtype wider(dtype a, dtype b) {
    if (a == b) return a;
    return a == dtype::f64 || b == dtype::f64 ? dtype::f64 : dtype::f32;
}

}  // namespace detail

/// The types of a merge's float tensors.
struct merged_types {
    std::optional<dtype> type = {};      ///< of all; nothing: each keeps its own
    std::vector<std::string> kept = {};  ///< patterns of the names of those that keep their own all the same

    /// The type of a tensor in a merge.
    /// @param tensor its name
    /// @param stored its type in the checkpoints that are merged, the widest where they differ
    dtype of(const std::string& tensor, dtype stored) const {
        const auto holds = [&](const std::string& pattern) { return detail::fits(pattern, tensor); };
        return type && mergeable(stored) && std::none_of(kept.begin(), kept.end(), holds) ? *type : stored;
    }

    bool operator==(const merged_types&) const = default;
};

namespace detail {

/// Checks types against the tensors that they are for.
/// @param tensors named ones
/// @throws input_error for a type that holds no sum, and for a pattern that fits no name
template <class Tensor>
void check_types(const merged_types& types, std::span<const Tensor> tensors) {
    if (types.type && !mergeable(*types.type))
        throw input_error("the output's type cannot be " + std::string(to_string(*types.type)) +
                          ": only F64, F32, F16 and BF16 hold a weighted sum");
    for (const std::string& pattern : types.kept)
        if (std::none_of(tensors.begin(), tensors.end(), [&](const Tensor& each) { return fits(pattern, each.name); }))
            throw input_error("no tensor's name fits the pattern " + in_quotes(pattern) +
                              " of those that keep their type");
}

}  // namespace detail
}  // namespace bouillon
