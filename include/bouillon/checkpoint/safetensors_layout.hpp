// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/safetensors_header.hpp>
#include <bouillon/core/in_quotes.hpp>
#include <bouillon/core/to_string.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace bouillon {

/// What a safetensors file to be written begins with, and where its tensors go.
struct safetensors_layout {
    std::string header;                 ///< its bytes: length, JSON text, padding
    std::vector<tensor_entry> tensors;  ///< in the order of the file, one after the other behind the header

    /// Bytes of the tensors.
    std::size_t data_size() const { return tensors.empty() ? 0 : tensors.back().begin + tensors.back().size; }
    /// Bytes of the file.
    std::size_t size() const { return header.size() + data_size(); }
};

namespace detail {

/// Gives each tensor its place: by descending rank of the type, then by name, which aligns every tensor to its
/// elements.
inline std::vector<tensor_entry> place_tensors(std::vector<checkpoint_tensor> tensors, std::string_view file) {
    std::sort(tensors.begin(), tensors.end(), [](const checkpoint_tensor& a, const checkpoint_tensor& b) {
        return std::tie(b.type, a.name) < std::tie(a.type, b.name);
    });
    std::vector<tensor_entry> placed;  // (tensors)
    std::size_t begin = 0;
    for (auto& tensor : tensors) {
        const std::size_t size = storage_size(tensor, file);
        placed.push_back({std::move(tensor), begin, size});
        if (__builtin_add_overflow(begin, size, &begin))
            throw input_error(std::string(file) + ": the tensors need more than 2^64 bytes");
    }
    return placed;
}

/// The JSON text of a header, compact and without padding: the same bytes for the same content.
inline std::string header_json(const std::vector<tensor_entry>& tensors,
                               const std::map<std::string, std::string>& metadata) {
    nlohmann::json labels = metadata;
    std::string text = "{";
    if (!metadata.empty())
        text += "\"__metadata__\":" + labels.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + ',';
    for (const auto& tensor : tensors)
        text += nlohmann::json(tensor.name).dump() + ":{\"dtype\":\"" + std::string(to_string(tensor.type)) +
                "\",\"shape\":" + nlohmann::json(tensor.shape).dump() + ",\"data_offsets\":[" +
                to_string(tensor.begin) + ',' + to_string(tensor.begin + tensor.size) + "]},";
    if (text.back() == ',') text.pop_back();
    return text + '}';
}

inline void check_names(const std::string& file, const std::vector<checkpoint_tensor>& tensors) {
    std::vector<std::string_view> names{"__metadata__"};  // (tensors + 1), not a tensor's name either
    for (const auto& tensor : tensors) {
        if (tensor.name.find('\0') != std::string::npos)
            throw input_error(file + ": the name " + in_quotes(tensor.name) + " holds a NUL");
        names.push_back(tensor.name);
    }
    std::sort(names.begin(), names.end());
    const auto twice = std::adjacent_find(names.begin(), names.end());
    if (twice != names.end()) throw input_error(file + ": cannot hold two entries of the name " + in_quotes(*twice));
}

}  // namespace detail

/// Lays out a safetensors file: the same bytes for the same content.
/// @param file what messages call it
/// @param tensors names, types and shapes, in any order
/// @param metadata what the file says about itself
/// @param alignment the tensors begin at a multiple of it, a power of two of at least 8 bytes; then each tensor of
///     whole-byte elements is aligned to them
/// @throws input_error for a name that appears twice, that is "__metadata__" or that is not UTF-8, for a shape that
///     does not fit its type, and for a header above the format's limit
inline safetensors_layout lay_out_safetensors(const std::string& file, std::vector<checkpoint_tensor> tensors,
                                              const std::map<std::string, std::string>& metadata = {},
                                              std::size_t alignment = 8) {
    assert(alignment >= 8 && std::has_single_bit(alignment));
    detail::check_names(file, tensors);
    auto placed = detail::place_tensors(std::move(tensors), file);
    std::string text;
    try {
        text = detail::header_json(placed, metadata);
    } catch (const nlohmann::json::type_error&) {
        throw input_error(file + ": a tensor's name is not UTF-8");
    }
    std::uint64_t size = text.size();
    const std::size_t length_size = sizeof(size);
    size = (length_size + size + alignment - 1) / alignment * alignment - length_size;
    if (size > safetensors_header_limit)
        throw input_error(file + ": header of " + to_string(size) + " bytes is larger than the limit of " +
                          to_string(safetensors_header_limit));
    text.resize(size, ' ');
    return {std::string(reinterpret_cast<const char*>(&size), length_size) + text, std::move(placed)};
}

}  // namespace bouillon
