// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/safetensors.hpp>
#include <bouillon/core/compiled.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/merge_search/held_out_file.hpp>
#include <bouillon/score/held_out.hpp>
#include <bouillon/score/multiple_choice.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
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

/// Copies integers of type Stored to Result.
/// @throws input_error for a value outside of [0, largest Result]
template <class Stored, class Result>
std::vector<Result> read_integers(const safetensors_file& file, const tensor_entry& entry) {
    std::vector<Stored> stored(entry.size / sizeof(Stored));
    file.read(entry, 0, std::as_writable_bytes(std::span(stored)));
    std::vector<Result> values(stored.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        const Stored value = stored[i];
        if (value < 0 ||
            static_cast<std::uint64_t>(value) > static_cast<std::uint64_t>(std::numeric_limits<Result>::max()))
            throw input_error(file.path().string() + ": '" + entry.name + "' holds " + to_string(value) + " at " +
                              to_string(i) + ", not a value from 0 to " +
                              to_string(std::numeric_limits<Result>::max()));
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
        case dtype::u32:
            return read_integers<std::uint32_t, std::int32_t>(file, entry);
        case dtype::i64:
            return read_integers<std::int64_t, std::int32_t>(file, entry);
        default:
            throw input_error(file.path().string() + ": 'tokens' is " + std::string(to_string(entry.type)) +
                              ", not U16, I32, U32 or I64");
    }
}

inline std::vector<std::size_t> read_counts(const safetensors_file& file, std::string_view name) {
    const tensor_entry& entry = find_vector(file, name);
    if (entry.type != dtype::i64)
        throw input_error(file.path().string() + ": '" + entry.name + "' is " + std::string(to_string(entry.type)) +
                          ", not I64");
    return read_integers<std::int64_t, std::size_t>(file, entry);
}

/// As read_counts; empty where the file does not have it.
inline std::vector<std::size_t> read_optional_counts(const safetensors_file& file, std::string_view name) {
    if (!file.find(name)) return {};
    auto counts = read_counts(file, name);
    if (counts.empty()) throw input_error(file.path().string() + ": '" + std::string(name) + "' has 0 values");
    return counts;
}

/// The parts of held-out documents as a file has them.
struct stored_documents {
    std::vector<std::size_t> offsets;  ///< (documents + 1)
    std::vector<std::int32_t> tokens;
    document_details details;

    explicit stored_documents(const safetensors_file& file)
        : offsets(read_counts(file, "document_offsets")),
          tokens(read_tokens(file)),
          details{read_optional_counts(file, "prompt_tokens"), read_optional_counts(file, "document_bytes")} {}

    held_out_documents take(const std::string& origin) && {
        return held_out_documents(std::move(tokens), std::move(offsets), origin, std::move(details));
    }
};

/// Whether the parts fit one another, so that some documents may be taken out.
inline bool fits_together(const stored_documents& stored) {
    const auto& offsets = stored.offsets;
    const auto fits = [&](const std::vector<std::size_t>& values) {
        return values.empty() || values.size() + 1 == offsets.size();
    };
    return !offsets.empty() && offsets.front() == 0 && offsets.back() == stored.tokens.size() &&
           std::is_sorted(offsets.begin(), offsets.end()) && fits(stored.details.prompt_tokens) &&
           fits(stored.details.bytes);
}

/// Takes out documents of less than two tokens, in which there is nothing to predict.
/// @returns how many those are; 0 where the parts do not fit one another
inline std::size_t take_out_short(stored_documents& stored) {
    if (!fits_together(stored)) return 0;
    const std::size_t documents = stored.offsets.size() - 1;
    std::size_t kept = 0, tokens = 0;
    for (std::size_t i = 0; i < documents; ++i) {
        const std::size_t begin = stored.offsets[i], end = stored.offsets[i + 1];
        if (end - begin < 2) continue;
        const auto first = stored.tokens.begin();
        std::copy(first + static_cast<std::ptrdiff_t>(begin), first + static_cast<std::ptrdiff_t>(end),
                  first + static_cast<std::ptrdiff_t>(tokens));
        for (auto* values : {&stored.details.prompt_tokens, &stored.details.bytes})
            if (!values->empty()) (*values)[kept] = (*values)[i];
        tokens += end - begin;
        stored.offsets[++kept] = tokens;  // no later than where document i ends
    }
    stored.tokens.resize(tokens);
    stored.offsets.resize(kept + 1);
    for (auto* values : {&stored.details.prompt_tokens, &stored.details.bytes})
        if (!values->empty()) values->resize(kept);
    return documents - kept;
}

}  // namespace detail

BOUILLON_DEFINITION held_out_documents read_held_out(const std::filesystem::path& path, std::size_t* left_out) {
    detail::stored_documents stored{safetensors_file(path)};
    const std::size_t taken_out = detail::take_out_short(stored);
    if (left_out != nullptr) *left_out = taken_out;
    if (taken_out > 0 && stored.offsets.size() == 1)
        throw input_error(path.string() + ": has no document of 2 tokens or more, of " + to_string(taken_out));
    return std::move(stored).take(path.string());
}

BOUILLON_DEFINITION std::optional<multiple_choice> read_questions(const std::filesystem::path& path) {
    const safetensors_file file(path);
    if (!file.find("question_offsets")) return std::nullopt;
    auto offsets = detail::read_counts(file, "question_offsets");
    auto correct = detail::read_counts(file, "correct");
    return multiple_choice(detail::stored_documents(file).take(path.string()), std::move(offsets), std::move(correct),
                           detail::read_optional_counts(file, "answer_lengths"));
}

}  // namespace bouillon
