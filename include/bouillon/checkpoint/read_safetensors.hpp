// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint_contents.hpp>
#include <bouillon/checkpoint/safetensors.hpp>

#include <filesystem>

namespace bouillon::detail {

/// Opens a safetensors file.
/// @throws as safetensors_file does
inline checkpoint_contents read_safetensors(const std::filesystem::path& path) {
    const safetensors_file file(path);
    checkpoint_contents contents;
    for (const auto& entry : file.tensors())
        contents.tensors.push_back({entry, {{file.file(), file.begin_of(entry), {}, entry.shape, {}}}});
    return contents;
}

}  // namespace bouillon::detail
