// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint_tensor.hpp>

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bouillon::detail {

/// What stands before a name in a longer one that ends in it, "model." for "model.norm.weight"; else nothing.
inline std::string_view prefix_of(std::string_view longer, std::string_view name) {
    if (longer.size() <= name.size() || !longer.ends_with(name)) return {};
    longer.remove_suffix(name.size());
    return longer.ends_with('.') ? longer : std::string_view();
}

/// Whether some tensors have the names of others once a prefix is taken off those that begin with it.
/// @param others sorted by name
inline bool same_names_behind(std::string_view prefix, std::span<const checkpoint_tensor> some,
                              std::span<const checkpoint_tensor> others) {
    std::vector<std::string_view> names;  // (some)
    for (const auto& tensor : some) {
        names.emplace_back(tensor.name);
        if (names.back().starts_with(prefix)) names.back().remove_prefix(prefix.size());
    }
    std::sort(names.begin(), names.end());
    return std::equal(names.begin(), names.end(), others.begin(), others.end(),
                      [](std::string_view name, const checkpoint_tensor& other) { return name == other.name; });
}

/// The prefix without which the names of some tensors are those of others; empty where there is none.
///
/// Cost: O(n) and O(n log n) for each tensor that one of the others could be.
/// @param some, others sorted by name
inline std::string prefix_before(std::span<const checkpoint_tensor> some, std::span<const checkpoint_tensor> others) {
    if (others.empty() || some.size() != others.size()) return {};
    for (const auto& tensor : some)
        if (const auto prefix = prefix_of(tensor.name, others.front().name);
            !prefix.empty() && same_names_behind(prefix, some, others))
            return std::string(prefix);
    return {};
}

}  // namespace bouillon::detail
