// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint_tensor.hpp>

#include <algorithm>
#include <span>
#include <string>
#include <string_view>

namespace bouillon::detail {

/// What stands before a name in a longer one that ends in it, "model." for "model.norm.weight"; else nothing.
inline std::string_view prefix_of(std::string_view longer, std::string_view name) {
    if (longer.size() <= name.size() || !longer.ends_with(name)) return {};
    longer.remove_suffix(name.size());
    return longer.ends_with('.') ? longer : std::string_view();
}

/// The prefix without which the names of some tensors are those of others; empty where there is none.
///
/// Cost: O(n) and O(n log n) for each tensor that one of the others could be.
/// @param some, others sorted by name
inline std::string prefix_before(std::span<const checkpoint_tensor> some, std::span<const checkpoint_tensor> others) {
    if (others.empty() || some.size() != others.size()) return {};
    const auto same_behind = [&](std::string_view prefix) {
        return std::all_of(some.begin(), some.end(), [&](const checkpoint_tensor& tensor) {
            std::string_view name = tensor.name;
            if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
            const auto place = std::lower_bound(
                others.begin(), others.end(), name,
                [](const checkpoint_tensor& other, std::string_view wanted) { return other.name < wanted; });
            return place != others.end() && place->name == name;
        });
    };
    for (const auto& tensor : some)
        if (const auto prefix = prefix_of(tensor.name, others.front().name); !prefix.empty() && same_behind(prefix))
            return std::string(prefix);
    return {};
}

}  // namespace bouillon::detail
