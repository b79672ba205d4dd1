// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/model/decoder.hpp>
#include <bouillon/model/decoder_size.hpp>
#include <bouillon/tensor/xtensor_backend.hpp>

#include <cstddef>

namespace bouillon::test {

/// Counts the numbers of what it is asked for.
struct counting_backend : xtensor_backend {
    number_counts* counted;

    buffer make_buffer(std::size_t count, buffer_use use = buffer_use::sums) const {
        (use == buffer_use::sums ? counted->others : counted->factors) += count;
        return xtensor_backend::make_buffer(count);
    }
    indices make_indices(std::size_t count) const {
        counted->others += count;
        return xtensor_backend::make_indices(count);
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
