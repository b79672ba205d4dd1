// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/input_file.hpp>
#include <bouillon/checkpoint/safetensors_header.hpp>
#include <bouillon/core/in_quotes.hpp>

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bouillon {
namespace detail {

/// Reads and checks the header of an open file.
/// @throws as input_file::read and parse_safetensors_header do
inline safetensors_header read_safetensors_header(const input_file& file) {
    const auto name = file.path().string();
    const auto what = [] { return "the header"; };
    constexpr std::size_t length_size = sizeof(std::uint64_t);
    std::vector<std::byte> start(std::min(file.size(), length_size));
    file.read(0, start, what);
    start.resize(length_size + checked_header_size(start, file.size(), name));
    file.read(length_size, std::span(start).subspan(length_size), what);
    return parse_safetensors_header(start, file.size(), name);
}

}  // namespace detail

/// A safetensors file, open for reading, with a header that was checked.
/// Reference: the format's README and its reader, https://github.com/huggingface/safetensors.
class safetensors_file {
 public:
    /// Opens a file. Cost: the header is read, the data is not.
    /// @throws input_error when the file cannot be opened or breaks a rule of the format
    explicit safetensors_file(const std::filesystem::path& path)
        : file_(std::make_shared<input_file>(path)), header_(detail::read_safetensors_header(*file_)) {}

    /// As it was given.
    const std::filesystem::path& path() const { return file_->path(); }

    /// The file itself, for those that go on reading it when this is gone.
    const std::shared_ptr<const input_file>& file() const { return file_; }

    /// Where a tensor's bytes begin, in bytes from the file's start.
    std::size_t begin_of(const tensor_entry& tensor) const { return header_.data_begin + tensor.begin; }

    /// All tensors, sorted by name.
    const std::vector<tensor_entry>& tensors() const { return header_.tensors; }

    /// Names and texts of the header.
    const std::map<std::string, std::string>& metadata() const { return header_.metadata; }

    /// The tensor of that name, or null.
    const tensor_entry* find(std::string_view name) const {
        const auto& all = header_.tensors;
        const auto place =
            std::lower_bound(all.begin(), all.end(), name,
                             [](const tensor_entry& tensor, std::string_view n) { return tensor.name < n; });
        return place != all.end() && place->name == name ? &*place : nullptr;
    }

    /// Copies a run of a tensor's bytes. Several threads may.
    /// @param tensor one of this file's
    /// @param first byte of the tensor
    /// @param destination filled with what stands there: little-endian, row-major
    /// @throws input_error when the file was cut off or written to since it was opened
    void read(const tensor_entry& tensor, std::size_t first, std::span<std::byte> destination) const {
        assert(first <= tensor.size && destination.size() <= tensor.size - first);
        file_->read(begin_of(tensor) + first, destination, [&] { return "tensor " + in_quotes(tensor.name); });
    }

 private:
    std::shared_ptr<const input_file> file_;
    safetensors_header header_;
};

}  // namespace bouillon
