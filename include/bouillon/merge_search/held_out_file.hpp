// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/safetensors.hpp>
#include <bouillon/score/held_out.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bouillon {

namespace detail {

inline const tensor_entry& find_vector(const safetensors_file& file, std::string_view name) {
    const tensor_entry* entry = file.find(name);
    if (!entry) throw input_error(file.path().string() + ": has no tensor '" + std::string(name) + "'");
    if (entry->shape.size() != 1)
        throw input_error(file.path().string() + ": tensor '" + std::string(name) + "' has shape " +
                          to_string(entry->shape) + ", not one dimension");
    return *entry;
}

/// Copies integers of type Stored to Result. Throws input_error for a value outside of [0, largest Result].
template <class Stored, class Result>
std::vector<Result> read_integers(const safetensors_file& file, const tensor_entry& entry) {
    std::vector<Stored> stored(entry.size / sizeof(Stored));
    file.read(entry, 0, std::as_writable_bytes(std::span(stored)));
    std::vector<Result> values(stored.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        const Stored value = stored[i];
        if (value < 0 ||
            static_cast<std::uint64_t>(value) > static_cast<std::uint64_t>(std::numeric_limits<Result>::max()))
            throw input_error(file.path().string() + ": '" + entry.name + "' holds " + std::to_string(value) + " at " +
                              std::to_string(i) + ", not a value from 0 to " +
                              std::to_string(std::numeric_limits<Result>::max()));
        values[i] = static_cast<Result>(value);
    }
    return values;
}

inline std::vector<std::int32_t> read_tokens(const safetensors_file& file) {
    const tensor_entry& entry = find_vector(file, "tokens");
    switch (entry.type) {
        case dtype::u16:
            return read_integers<std::uint16_t, std::int32_t>(file, entry);
        case dtype::i32:
            return read_integers<std::int32_t, std::int32_t>(file, entry);
        case dtype::i64:
            return read_integers<std::int64_t, std::int32_t>(file, entry);
        default:
            throw input_error(file.path().string() + ": 'tokens' is " + std::string(to_string(entry.type)) +
                              ", not U16, I32 or I64");
    }
}

}  // namespace detail

/// Reads held-out documents from one safetensors file: `tokens` (U16, I32 or I64, all documents end to end) and
/// `document_offsets` (I64, documents + 1; the first is 0, the last the number of tokens).
/// Throws input_error, naming the file and both values, for anything else.
inline held_out_documents read_held_out(const std::filesystem::path& path) {
    const safetensors_file file(path);
    const tensor_entry& offsets = detail::find_vector(file, "document_offsets");
    if (offsets.type != dtype::i64)
        throw input_error(path.string() + ": 'document_offsets' is " + std::string(to_string(offsets.type)) +
                          ", not I64");
    return held_out_documents(detail::read_tokens(file),
                              detail::read_integers<std::int64_t, std::size_t>(file, offsets), path.string());
}

}  // namespace bouillon
