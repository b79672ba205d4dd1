// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint_tensor.hpp>

#include <cstddef>
#include <vector>

namespace test {

/// The bytes of one of a safetensors file's tensors.
template <class File>
std::vector<std::byte> bytes_of(const File& file, const bouillon::tensor_entry& tensor) {
    std::vector<std::byte> bytes(tensor.size);
    file.read(tensor, 0, bytes);
    return bytes;
}

/// The bytes of tensor `i` of a checkpoint.
template <class Checkpoint>
std::vector<std::byte> bytes_of(const Checkpoint& checkpoint, std::size_t i) {
    const auto& tensor = checkpoint.tensors()[i];
    std::vector<std::byte> bytes(bouillon::detail::storage_size(tensor, tensor.name));
    checkpoint.read(i, 0, bytes);
    return bytes;
}

}  // namespace test
