// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/tensor/concept.hpp>

namespace bouillon {

/// Waits until a backend has done all that it was asked for; at once where it is no `waiting_backend`.
template <tensor_backend Backend>
void wait(const Backend& backend) {
    if constexpr (waiting_backend<Backend>) backend.wait();
}

}  // namespace bouillon
