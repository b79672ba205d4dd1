// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/parallel.hpp>
#include <bouillon/tensor/concept.hpp>
#include <bouillon/tensor/flat_tensor.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

namespace bouillon {

namespace detail {

/// Calls read(first, part) for parts of `bytes` that are together all of it, from up to `threads` threads.
template <class Read>
void read_parts(std::span<std::byte> bytes, std::size_t threads, const Read& read) {
    constexpr std::size_t part = std::size_t{2} << 20;
    parallel_for((bytes.size() + part - 1) / part, threads, [&](std::size_t task, std::size_t) {
        const std::size_t first = task * part;
        read(first, bytes.subspan(first, std::min(part, bytes.size() - first)));
    });
}

}  // namespace detail

/// Writes a whole tensor with what a reader gives, e.g. from a file: as the backend does it (`filling_backend`), or by
/// way of host memory for all of it.
///
/// `read(first, part)` must write bytes [first, first + part.size()) of the tensor into part, in host memory; it may be
/// called by several threads at once, and first is a multiple of 16.
template <tensor_backend Backend, class Read>
void fill(const Backend& backend, typename Backend::tensor& output, const Read& read) {
    if constexpr (filling_backend<Backend>) {
        backend.fill(output, read);
    } else {
        std::vector<std::byte> bytes(detail::storage_bytes(output.size(), output.type()));
        detail::read_parts(bytes, thread_count(0), read);
        output = backend.upload(bytes, output.type());
    }
}

}  // namespace bouillon
