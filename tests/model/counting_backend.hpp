// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/model/decoder.hpp>
#include <bouillon/tensor/xtensor_backend.hpp>

#include <cstddef>

namespace bouillon::test {

/// Counts the elements of the buffers that it is asked for.
struct counting_backend : xtensor_backend {
    std::size_t* elements;

    buffer make_buffer(std::size_t count) const {
        *elements += count;
        return xtensor_backend::make_buffer(count);
    }
};

/// Small, with three layers.
inline decoder small_decoder() {
    decoder of{.vocabulary = 50, .width = 12, .heads = 4, .key_value_heads = 2, .head_dim = 6, .value_dim = 6};
    of.feed_forward = 28;
    of.context = 16;
    of.layers.resize(3);
    of.rotaries = {{.dims = 6}};
    return of;
}

}  // namespace bouillon::test
