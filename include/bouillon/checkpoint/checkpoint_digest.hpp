// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint.hpp>
#include <bouillon/checkpoint/checkpoint_tensor.hpp>
#include <bouillon/checkpoint/content_hash.hpp>
#include <bouillon/core/in_quotes.hpp>
#include <bouillon/core/to_string.hpp>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <vector>

namespace bouillon {

/// A hash of a whole file.
/// @param path of a file; one that cannot be read has the hash of nothing
inline hash_bits file_hash(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    content_hash hash;
    std::vector<char> block(std::size_t{1} << 20);
    while (file) {
        file.read(block.data(), static_cast<std::streamsize>(block.size()));
        hash.add(std::as_bytes(std::span(block).first(static_cast<std::size_t>(file.gcount()))));
    }
    return hash.bits();
}

/// Tells a checkpoint from another one of that name, as a machine with old files of its own may have it, without
/// reading it: a hash of its tensors' names, types and shapes, of its configuration and of a few elements.
///
/// Cost: 4 KiB of each of 16 tensors at most.
/// @throws input_error as checkpoint::read does
inline hash_bits checkpoint_digest(const checkpoint& of) {
    constexpr std::size_t tensors_read = 16, block_size = 4096;
    content_hash hash;
    const auto add = [&](const std::string& text) { hash.add(std::as_bytes(std::span(text))); };
    for (const auto& tensor : of.tensors())
        add(in_quotes(tensor.name) + ' ' + std::string(to_string(tensor.type)) + ' ' + to_string(tensor.shape) + '\n');
    if (const auto config = of.config_path()) add(file_hash(*config).hex());
    std::vector<std::byte> block(block_size);
    const std::size_t step = of.tensors().size() / tensors_read + 1;
    for (std::size_t i = 0; i < of.tensors().size(); i += step) {
        const std::size_t size = detail::storage_size(of.tensors()[i], of.path().string());
        const auto part = std::span(block).first(std::min(size, block_size));
        of.read(i, (size - part.size()) / 2, part);
        hash.add(part);
    }
    return hash.bits();
}

}  // namespace bouillon
