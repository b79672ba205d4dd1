// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>
#include <vector>

namespace bouillon::detail {

/// Whether bytes [first, end) of tensor `i` of one checkpoint and of tensor `j` of another are the same.
///
/// Cost: no more is read than up to the first block that differs.
/// @throws as checkpoint::read does
inline bool same_bytes(const checkpoint& a, std::size_t i, const checkpoint& b, std::size_t j, std::size_t first,
                       std::size_t end) {
    constexpr std::size_t most = 1 << 18;
    std::vector<std::byte> blocks;  // (2 * length), a's and b's
    std::size_t length = 4096;      // tensors that differ do so at once
    for (; first < end; first += length, length = most) {
        length = std::min(length, end - first);
        blocks.resize(2 * length);
        const auto of_a = std::span(blocks).first(length), of_b = std::span(blocks).subspan(length);
        a.read(i, first, of_a);
        b.read(j, first, of_b);
        if (std::memcmp(of_a.data(), of_b.data(), length) != 0) return false;
    }
    return true;
}

/// Whether the whole tensors have the same bytes.
inline bool same_bytes(const checkpoint& a, std::size_t i, const checkpoint& b, std::size_t j) {
    const std::size_t size = storage_size(a.tensors()[i], a.path().string());
    return storage_size(b.tensors()[j], b.path().string()) == size && same_bytes(a, i, b, j, 0, size);
}

/// The same of tensors of one type: bytes of F16 are another number than the same of BF16.
inline bool same_tensor(const checkpoint& a, std::size_t i, const checkpoint& b, std::size_t j) {
    return a.tensors()[i].type == b.tensors()[j].type && same_bytes(a, i, b, j);
}

}  // namespace bouillon::detail
