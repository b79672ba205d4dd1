// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/safetensors_json.hpp>
#include <bouillon/core/in_quotes.hpp>
#include <bouillon/core/to_string.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bouillon {

/// What a safetensors file says about itself before its data.
struct safetensors_header {
    std::vector<tensor_entry> tensors;            ///< sorted by name
    std::map<std::string, std::string> metadata;  ///< names and texts, `__metadata__`
    std::size_t data_begin = 0;                   ///< bytes from the start of the file
};

/// The most bytes that the JSON text of a header may take, padding included.
inline constexpr std::size_t safetensors_header_limit = 100'000'000;

namespace detail {

static_assert(sizeof(std::size_t) == 8 && std::endian::native == std::endian::little,
              "bouillon maps files of 64-bit little-endian numbers and needs a machine of that kind");

/// The bytes of the JSON text of a header.
/// @param start the first 8 bytes of a file or more, all of it where it has fewer
/// @param file_size bytes
/// @param name what messages call the file
/// @throws input_error where a header of that size cannot be
inline std::size_t checked_header_size(std::span<const std::byte> start, std::size_t file_size, std::string_view name) {
    const auto fail = [&](const std::string& what) { throw input_error(std::string(name) + ": " + what); };
    std::uint64_t size = 0;
    if (file_size < sizeof(size)) fail("is " + to_string(file_size) + " bytes long, too short for a safetensors file");
    std::memcpy(&size, start.data(), sizeof(size));
    if (size > safetensors_header_limit)
        fail("header of " + to_string(size) + " bytes is larger than the limit of " +
             to_string(safetensors_header_limit) + " (is this a safetensors file?)");
    if (size > file_size - sizeof(size))
        fail("header of " + to_string(size) + " bytes is cut off: the file has " + to_string(file_size));
    return size;
}

/// Tensors must follow one another without a gap or an overlap, each as long as its type and shape say, up to the end.
inline void check_places(const std::vector<tensor_entry>& tensors, std::size_t data_size, std::string_view file) {
    std::vector<const tensor_entry*> by_place;  // (tensors)
    for (const auto& tensor : tensors) by_place.push_back(&tensor);
    std::stable_sort(by_place.begin(), by_place.end(), [](const tensor_entry* a, const tensor_entry* b) {
        return std::pair(a->begin, a->size) < std::pair(b->begin, b->size);
    });
    std::size_t end = 0;
    for (const tensor_entry* tensor : by_place) {
        const auto fail = [&](const std::string& what) {
            throw input_error(std::string(file) + ": tensor " + in_quotes(tensor->name) + ' ' + what);
        };
        if (tensor->begin != end)
            fail("begins at byte " + to_string(tensor->begin) + " of the data, but the tensor before it ends at " +
                 to_string(end));
        const std::size_t needed = storage_size(*tensor, file);
        if (tensor->size != needed)
            fail("has " + to_string(tensor->size) + " bytes, but its type and shape (" +
                 std::string(to_string(tensor->type)) + ' ' + to_string(tensor->shape) + ") need " + to_string(needed));
        end += tensor->size;
    }
    if (end != data_size)
        throw input_error(std::string(file) + ": has " + to_string(data_size) +
                          " bytes of data, but its tensors need " + to_string(end));
}

}  // namespace detail

/// Reads and checks the header of a safetensors file; values are never looked at.
///
/// Cost: O(n log n) for n tensors, whatever their names; no memory but for the entries.
/// @param start the file's first bytes, up to the end of its header or further
/// @param file_size bytes of the whole file
/// @param name what messages call it
/// @throws input_error for everything that the format forbids, and for a name that appears twice
inline safetensors_header parse_safetensors_header(std::span<const std::byte> start, std::size_t file_size,
                                                   std::string_view name) {
    constexpr std::size_t length_size = sizeof(std::uint64_t);
    const std::size_t size = detail::checked_header_size(start, file_size, name);
    const std::string_view text(reinterpret_cast<const char*>(start.data()) + length_size, size);
    auto content = detail::read_header_json(text, name);

    auto& tensors = content.tensors;
    std::sort(tensors.begin(), tensors.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    const auto twice = std::adjacent_find(tensors.begin(), tensors.end(),
                                          [](const auto& a, const auto& b) { return a.name == b.name; });
    if (twice != tensors.end())
        throw input_error(std::string(name) + ": header has tensor " + in_quotes(twice->name) + " twice");

    const std::size_t data_begin = length_size + size;
    detail::check_places(tensors, file_size - data_begin, name);
    return {std::move(tensors), std::move(content.metadata), data_begin};
}

/// The same of a whole file's bytes.
inline safetensors_header parse_safetensors_header(std::span<const std::byte> file, std::string_view name) {
    return parse_safetensors_header(file, file.size(), name);
}

}  // namespace bouillon
