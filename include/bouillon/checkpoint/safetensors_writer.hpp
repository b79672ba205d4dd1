// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/output_file.hpp>
#include <bouillon/checkpoint/safetensors_layout.hpp>
#include <bouillon/core/to_string.hpp>

#include <cstddef>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bouillon {

/// Writes a safetensors file in one pass: the header first, then the tensors' bytes as they come.
///
///     safetensors_writer writer(path, tensors, {{"format", "pt"}});
///     for (const auto& tensor : writer.tensors()) writer.append(bytes_of(tensor.name));
///     writer.close();
class safetensors_writer {
 public:
    /// Creates `path`, which must not exist, and writes the header. Parameters as for lay_out_safetensors.
    /// @throws input_error as that does; work_error when the file cannot be written
    safetensors_writer(const std::filesystem::path& path, std::vector<checkpoint_tensor> tensors,
                       const std::map<std::string, std::string>& metadata = {}, std::size_t alignment = 8)
        : layout_(lay_out_safetensors(path.string(), std::move(tensors), metadata, alignment)), file_(path) {
        file_.reserve(layout_.size());
        file_.write(std::as_bytes(std::span(layout_.header)));
    }

    /// The tensors in the order in which append() takes them.
    const std::vector<tensor_entry>& tensors() const { return layout_.tensors; }

    /// Writes the bytes of the next tensor.
    /// @param bytes all of the tensor's: little-endian, row-major
    /// @throws input_error when their number is not the tensor's; work_error when they cannot be written
    void append(std::span<const std::byte> bytes) {
        const std::size_t needed = next_ < layout_.tensors.size() ? layout_.tensors[next_].size : 0;
        if (next_ == layout_.tensors.size() || bytes.size() != needed)
            throw input_error("tensor " + to_string(next_) + " of " + to_string(layout_.tensors.size()) +
                              " to write needs " + to_string(needed) + " bytes, not " + to_string(bytes.size()));
        file_.write(bytes);
        ++next_;
    }

    /// Waits until the file is on the disk.
    /// @throws input_error when a tensor was not appended; work_error when the file cannot be written
    void close() {
        if (next_ != layout_.tensors.size())
            throw input_error("only " + to_string(next_) + " of " + to_string(layout_.tensors.size()) +
                              " tensors were written");
        file_.close();
    }

 private:
    safetensors_layout layout_;
    output_file file_;
    std::size_t next_ = 0;
};

}  // namespace bouillon
