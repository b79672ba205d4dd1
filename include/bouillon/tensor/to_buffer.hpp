// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/tensor/concept.hpp>

#include <cstdint>
#include <span>

namespace bouillon::detail {

/// Numbers in host memory as a buffer of a backend.
template <language_model_backend Backend>
typename Backend::buffer to_buffer(const Backend& backend, std::span<const float> values,
                                   buffer_use use = buffer_use::sums) {
    auto made = backend.make_buffer(values.size(), use);
    backend.write(values, made);
    return made;
}

/// Indices in host memory as a list of a backend.
template <language_model_backend Backend>
typename Backend::indices to_indices(const Backend& backend, std::span<const std::int32_t> values) {
    auto made = backend.make_indices(values.size());
    backend.write(values, made);
    return made;
}

}  // namespace bouillon::detail
