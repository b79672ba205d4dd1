// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/mapped_file.hpp>
#include <bouillon/checkpoint/safetensors_header.hpp>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bouillon {

/// A safetensors file, mapped for reading, with a header that was checked.
/// Reference: the format's README and its reader, https://github.com/huggingface/safetensors.
class safetensors_file {
 public:
    /// Throws input_error when the file cannot be opened or breaks a rule of the format. Cost: the header is read, the
    /// data is not.
    explicit safetensors_file(const std::filesystem::path& path)
        : file_(path), header_(parse_safetensors_header(file_.bytes(), path.string())) {}

    const std::filesystem::path& path() const { return file_.path(); }

    /// All tensors, sorted by name.
    const std::vector<tensor_entry>& tensors() const { return header_.tensors; }

    const std::map<std::string, std::string>& metadata() const { return header_.metadata; }

    /// The tensor of that name, or null.
    const tensor_entry* find(std::string_view name) const {
        const auto& all = header_.tensors;
        const auto at =
            std::lower_bound(all.begin(), all.end(), name,
                             [](const tensor_entry& tensor, std::string_view n) { return tensor.name < n; });
        return at != all.end() && at->name == name ? &*at : nullptr;
    }

    /// The stored bytes of one of this file's tensors: little-endian, row-major, of any alignment.
    std::span<const std::byte> bytes(const tensor_entry& tensor) const {
        return file_.bytes().subspan(header_.data_begin + tensor.begin, tensor.size);
    }

 private:
    mapped_file file_;
    safetensors_header header_;
};

}  // namespace bouillon
