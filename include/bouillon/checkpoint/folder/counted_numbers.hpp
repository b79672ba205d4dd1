// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/folder/numbers_in_name.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

namespace bouillon::detail {

/// What a number in a name counts.
enum class counted { step, iteration, batch, checkpoint, tokens, epoch, stage, alternative, other };

/// What stands before the numbers of each kind; the first that fits counts.
inline constexpr auto counted_words =
    std::to_array<std::pair<std::string_view, counted>>({{"step", counted::step},
                                                         {"steps", counted::step},
                                                         {"iter", counted::iteration},
                                                         {"iteration", counted::iteration},
                                                         {"ba", counted::batch},
                                                         {"batch", counted::batch},
                                                         {"checkpoint", counted::checkpoint},
                                                         {"ckpt", counted::checkpoint},
                                                         {"token", counted::tokens},
                                                         {"tokens", counted::tokens},
                                                         {"ep", counted::epoch},
                                                         {"epoch", counted::epoch},
                                                         {"stage", counted::stage},
                                                         {"phase", counted::stage},
                                                         {"ingredient", counted::alternative},
                                                         {"seed", counted::alternative},
                                                         {"rank", counted::alternative},
                                                         {"run", counted::alternative}});

/// Kinds that count how far a run has come, the more telling first.
inline constexpr std::array progress{counted::step,       counted::iteration, counted::batch,
                                     counted::checkpoint, counted::tokens,    counted::epoch};

inline counted what_counts(std::string_view before) {
    for (const auto& [word, kind] : counted_words) {
        if (!before.ends_with(word)) continue;
        const auto rest = before.substr(0, before.size() - word.size());
        const bool whole = rest.empty() || rest.back() < 'a' || rest.back() > 'z';
        if (whole || word.size() > 3) return kind;  // "globalstep", but not "deep"
    }
    return counted::other;
}

/// The different numbers of one kind in a name.
using numbers_by_kind = std::map<counted, std::set<std::uint64_t>>;

inline numbers_by_kind by_kind(std::string_view name) {
    numbers_by_kind kinds;
    for (const auto& [before, value] : numbers_in(name)) kinds[what_counts(before)].insert(value);
    return kinds;
}

/// The only number of a kind in a name.
inline std::optional<std::uint64_t> only(const numbers_by_kind& kinds, counted kind) {
    const auto found = kinds.find(kind);
    return found == kinds.end() || found->second.size() != 1 ? std::nullopt : std::optional(*found->second.begin());
}

/// Leaves out numbers of no kind that all names have: the model's size ("1.1B"), its version.
/// @returns whether there are any
inline bool leave_out_shared(std::vector<numbers_by_kind>& names) {
    std::optional<std::set<std::uint64_t>> shared;
    std::size_t numbered = 0;
    for (const auto& kinds : names) {
        const auto found = kinds.find(counted::other);
        if (kinds.empty()) continue;
        ++numbered;
        const auto values = found == kinds.end() ? std::set<std::uint64_t>{} : found->second;
        if (!shared) shared = values;
        std::erase_if(*shared, [&](std::uint64_t value) { return !values.contains(value); });
    }
    if (numbered < 2 || shared->empty()) return false;
    for (auto& kinds : names) {
        const auto found = kinds.find(counted::other);
        if (found == kinds.end()) continue;
        std::erase_if(found->second, [&](std::uint64_t value) { return shared->contains(value); });
        if (found->second.empty()) kinds.erase(found);
    }
    return true;
}

/// The kind of number that tells how far a run has come: what most names have, unless most tell nothing but a number.
inline counted leading_kind(const std::vector<numbers_by_kind>& names) {
    const auto having = [&](counted kind) {
        return std::count_if(names.begin(), names.end(), [&](const auto& kinds) { return kinds.contains(kind); });
    };
    const auto leading = *std::max_element(progress.begin(), progress.end(),
                                           [&](counted a, counted b) { return having(a) < having(b); });
    const auto numbered = std::count_if(names.begin(), names.end(), [](const auto& kinds) { return !kinds.empty(); });
    if (2 * having(leading) >= numbered && having(leading) > 0) return leading;
    const bool numbers = std::any_of(names.begin(), names.end(),
                                     [](const auto& kinds) { return only(kinds, counted::other).has_value(); });
    return numbers || having(counted::stage) == 0 ? counted::other : counted::stage;
}

}  // namespace bouillon::detail
