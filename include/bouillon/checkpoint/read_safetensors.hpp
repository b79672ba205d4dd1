// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/safetensors.hpp>
#include <bouillon/checkpoint/stored_tensor.hpp>

#include <filesystem>
#include <vector>

namespace bouillon::detail {

/// Opens a safetensors file.
/// @throws as safetensors_file does
inline std::vector<stored_tensor> read_safetensors(const std::filesystem::path& path) {
    const safetensors_file file(path);
    std::vector<stored_tensor> tensors;
    for (const auto& entry : file.tensors())
        tensors.push_back({entry, {{file.file(), file.begin_of(entry), {}, entry.shape, {}}}});
    return tensors;
}

}  // namespace bouillon::detail
