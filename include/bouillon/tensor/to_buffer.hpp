// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/tensor/concept.hpp>

#include <span>

namespace bouillon::detail {

/// Numbers in host memory as a buffer of a backend.
template <language_model_backend Backend>
typename Backend::buffer to_buffer(const Backend& backend, std::span<const float> values) {
    auto made = backend.make_buffer(values.size());
    backend.widen(backend.upload(std::as_bytes(values), dtype::f32), made);
    return made;
}

}  // namespace bouillon::detail
