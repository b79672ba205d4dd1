// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/pytorch/pickle_fields.hpp>
#include <bouillon/checkpoint/pytorch/pickle_values.hpp>
#include <bouillon/core/dtype.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace bouillon::detail {

/// A type as PyTorch names it.
struct pytorch_type {
    std::string_view name;
    std::size_t size;           ///< bytes of an element
    std::optional<dtype> type;  ///< none where safetensors has no such type
};

/// The types of storages, all of which PyTorch had, since the ones that cannot be read have to be skipped.
inline constexpr std::array<pytorch_type, 17> pytorch_storage_types = {{{"FloatStorage", 4, dtype::f32},
                                                                        {"DoubleStorage", 8, dtype::f64},
                                                                        {"HalfStorage", 2, dtype::f16},
                                                                        {"BFloat16Storage", 2, dtype::bf16},
                                                                        {"LongStorage", 8, dtype::i64},
                                                                        {"IntStorage", 4, dtype::i32},
                                                                        {"ShortStorage", 2, dtype::i16},
                                                                        {"CharStorage", 1, dtype::i8},
                                                                        {"ByteStorage", 1, dtype::u8},
                                                                        {"BoolStorage", 1, dtype::boolean},
                                                                        {"ComplexFloatStorage", 8, dtype::c64},
                                                                        {"ComplexDoubleStorage", 16, std::nullopt},
                                                                        {"QInt8Storage", 1, std::nullopt},
                                                                        {"QInt32Storage", 4, std::nullopt},
                                                                        {"QUInt8Storage", 1, std::nullopt},
                                                                        {"QUInt4x2Storage", 1, std::nullopt},
                                                                        {"QUInt2x4Storage", 1, std::nullopt}}};

/// The types that a tensor over untyped bytes may have.
inline constexpr std::array<pytorch_type, 19> pytorch_types = {{{"float32", 4, dtype::f32},
                                                                {"float64", 8, dtype::f64},
                                                                {"float16", 2, dtype::f16},
                                                                {"bfloat16", 2, dtype::bf16},
                                                                {"int64", 8, dtype::i64},
                                                                {"int32", 4, dtype::i32},
                                                                {"int16", 2, dtype::i16},
                                                                {"int8", 1, dtype::i8},
                                                                {"uint8", 1, dtype::u8},
                                                                {"bool", 1, dtype::boolean},
                                                                {"complex64", 8, dtype::c64},
                                                                {"uint16", 2, dtype::u16},
                                                                {"uint32", 4, dtype::u32},
                                                                {"uint64", 8, dtype::u64},
                                                                {"float8_e4m3fn", 1, dtype::f8_e4m3},
                                                                {"float8_e5m2", 1, dtype::f8_e5m2},
                                                                {"float8_e4m3fnuz", 1, dtype::f8_e4m3fnuz},
                                                                {"float8_e5m2fnuz", 1, dtype::f8_e5m2fnuz},
                                                                {"float8_e8m0fnu", 1, dtype::f8_e8m0}}};

/// The type of that name, or null.
inline const pytorch_type* find_pytorch_type(std::span<const pytorch_type> types, std::string_view name) {
    const auto found = std::find_if(types.begin(), types.end(), [&](const auto& type) { return type.name == name; });
    return found == types.end() ? nullptr : &*found;
}

/// The type that a pickled `torch.dtype` is, or null.
inline const pytorch_type* pytorch_type_of(const pickle_values& values, pickle_id value) {
    if (!values.is(value, pickle_kind::global) || values.module_of(value) != "torch") return nullptr;
    return find_pytorch_type(pytorch_types, values.name_of(value));
}

/// Bytes outside of the pickle that tensors are made of, as a tensor refers to them.
struct pytorch_storage {
    std::string_view key;
    std::string_view type_name;  ///< such as "FloatStorage"
    std::optional<dtype> type;   ///< none where it is untyped or where safetensors has no such type
    std::size_t element_size;    ///< bytes
    std::size_t elements;        ///< of all of it
    std::size_t view_begin;      ///< elements before the part that the tensor is made of
    std::size_t view_elements;   ///< of that part

    bool untyped() const { return type_name == "UntypedStorage"; }
    std::size_t bytes() const { return elements * element_size; }
};

/// Takes the part of the storage that an old file's tensor is made of: (key, first element, elements), or None.
inline bool take_view(const pickle_values& values, pickle_id view, pytorch_storage& storage) {
    if (values.is(view, pickle_kind::none)) return true;
    if (!values.is(view, pickle_kind::tuple) || values.items(view).size() != 3) return false;
    const auto begin = pickled_size(values, values.items(view)[1]),
               elements = pickled_size(values, values.items(view)[2]);
    if (!begin || !elements || *begin > storage.elements || *elements > storage.elements - *begin) return false;
    storage.view_begin = *begin;
    storage.view_elements = *elements;
    return true;
}

/// The storage that a persistent id stands for: ("storage", type, key, location, elements[, view]).
/// @returns nothing where it is of another form, a type unknown or a size beyond 2^63 bytes
inline std::optional<pytorch_storage> read_storage(const pickle_values& values, pickle_id value) {
    if (!values.is(value, pickle_kind::persistent_id)) return std::nullopt;
    const pickle_id description = values.persistent(value);
    if (!values.is(description, pickle_kind::tuple)) return std::nullopt;
    const auto parts = values.items(description);
    const auto is_text = [&](pickle_id part) {
        return values.is(part, pickle_kind::string) || values.is(part, pickle_kind::bytes);
    };
    if (parts.size() < 5 || parts.size() > 6 || !is_text(parts[0]) || values.text(parts[0]) != "storage" ||
        !values.is(parts[1], pickle_kind::global) || !is_text(parts[2]))
        return std::nullopt;

    constexpr pytorch_type untyped{"UntypedStorage", 1, std::nullopt};
    const auto module = values.module_of(parts[1]), name = values.name_of(parts[1]);
    const pytorch_type* type = nullptr;
    if (module == "torch" || module == "torch.cuda") type = find_pytorch_type(pytorch_storage_types, name);
    if (module == "torch.storage" && name == untyped.name) type = &untyped;
    const auto elements = pickled_size(values, parts[4]);
    if (!type || !elements || *elements > static_cast<std::size_t>(INT64_MAX) / type->size) return std::nullopt;
    pytorch_storage storage{values.text(parts[2]), name, type->type, type->size, *elements, 0, *elements};
    if (parts.size() == 6 && !take_view(values, parts[5], storage)) return std::nullopt;
    return storage;
}

}  // namespace bouillon::detail
