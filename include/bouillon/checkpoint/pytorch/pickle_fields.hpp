// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/pytorch/pickle_values.hpp>

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace bouillon::detail {

/// The value that a dict has for a string, the last where it has several, as in Python.
inline std::optional<pickle_id> find_entry(const pickle_values& values, pickle_id dict, std::string_view key) {
    if (!values.is(dict, pickle_kind::dict)) return std::nullopt;
    const auto items = values.items(dict);  // each key followed by its value
    for (std::size_t i = items.size(); i >= 2; i -= 2)
        if (values.is(items[i - 2], pickle_kind::string) && values.text(items[i - 2]) == key) return items[i - 1];
    return std::nullopt;
}

/// The value of a field of an object whose state is a dict, as that of a dataclass is.
inline std::optional<pickle_id> find_field(const pickle_values& values, pickle_id object, std::string_view field) {
    if (!values.is(object, pickle_kind::call)) return std::nullopt;
    constexpr std::size_t most = 64;  // fields: many objects of a file could share a state of very many
    const auto state = values.state(object);
    if (!state || !values.is(*state, pickle_kind::dict) || values.items(*state).size() > 2 * most) return std::nullopt;
    return find_entry(values, *state, field);
}

/// Whether a value is what a class or a function of that name would make.
inline bool is_call_of(const pickle_values& values, pickle_id value, std::string_view module, std::string_view name) {
    return values.is(value, pickle_kind::call) && values.is_global(values.callee(value), module, name);
}

/// The most dimensions of a tensor, as PyTorch has it.
inline constexpr std::size_t pytorch_rank_limit = 64;

/// A number that is no boolean and not negative, or nothing.
inline std::optional<std::size_t> pickled_size(const pickle_values& values, pickle_id value) {
    if (!values.is(value, pickle_kind::integer) || values.integer(value) < 0) return std::nullopt;
    return static_cast<std::size_t>(values.integer(value));
}

/// The numbers of a tuple or a list of integers that are not negative, or of the torch.Size of one.
/// @returns nothing where the value is anything else
inline std::optional<std::vector<std::size_t>> read_sizes(const pickle_values& values, pickle_id value) {
    if (is_call_of(values, value, "torch", "Size")) {
        const auto arguments = values.items(values.arguments(value));
        if (arguments.size() != 1) return std::nullopt;
        value = arguments[0];
    }
    if (!values.is(value, pickle_kind::tuple) && !values.is(value, pickle_kind::list)) return std::nullopt;
    std::vector<std::size_t> sizes;  // (dimensions)
    for (const pickle_id item : values.items(value)) {
        const auto size = pickled_size(values, item);
        if (!size) return std::nullopt;
        sizes.push_back(*size);
    }
    return sizes;
}

}  // namespace bouillon::detail
