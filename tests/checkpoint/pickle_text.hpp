// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/to_string.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Pickles as text: each function gives the opcodes that push a value.
namespace test::pickle {

inline std::string text(std::string_view value) {
    const auto size = static_cast<std::uint32_t>(value.size());
    return "X" + std::string(reinterpret_cast<const char*>(&size), sizeof(size)) + std::string(value);
}

inline std::string number(std::int64_t value) {
    return "\x8a\x08" + std::string(reinterpret_cast<const char*>(&value), sizeof(value));
}

inline const std::string none = "N", yes = "\x88", no = "\x89";

inline std::string tuple(const std::vector<std::string>& items) {
    std::string made = "(";
    for (const auto& item : items) made += item;
    return made + 't';
}

inline std::string list(const std::vector<std::string>& items) {
    std::string made = "](";
    for (const auto& item : items) made += item;
    return made + 'e';
}

using named_values = std::vector<std::pair<std::string, std::string>>;

/// A dict of names and values.
inline std::string dict(const named_values& named) {
    std::string made = "}(";
    for (const auto& [name, value] : named) made += text(name) + value;
    return made + 'u';
}

/// @param name as in "torch._utils _rebuild_parameter"
inline std::string global(std::string name) {
    name[name.find(' ')] = '\n';
    return 'c' + name + '\n';
}

inline std::string call(const std::string& callee, const std::vector<std::string>& arguments) {
    return global(callee) + tuple(arguments) + 'R';
}

inline std::string sizes(const std::vector<std::int64_t>& numbers) {
    std::vector<std::string> items;
    for (const auto size : numbers) items.push_back(number(size));
    return tuple(items);
}

inline std::string storage(const std::string& type, const std::string& key, std::int64_t elements) {
    return tuple({text("storage"), global(type), text(key), text("cpu"), number(elements)}) + 'Q';
}

inline const std::string hooks = ")";  // an OrderedDict in torch's own, which nothing looks at

/// A tensor of storage "0" as torch.save writes it.
inline std::string tensor(const std::vector<std::int64_t>& shape, const std::vector<std::int64_t>& strides,
                          std::int64_t offset = 0, const std::string& in = storage("torch FloatStorage", "0", 6)) {
    return call("torch._utils _rebuild_tensor_v2", {in, number(offset), sizes(shape), sizes(strides), no, hooks});
}

/// The whole pickle of a value.
inline std::string whole(const std::string& value) { return "\x80\x02" + value + '.'; }

}  // namespace test::pickle
