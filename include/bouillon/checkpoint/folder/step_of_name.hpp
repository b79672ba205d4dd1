// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/folder/counted_numbers.hpp>
#include <bouillon/checkpoint/folder/numbers_in_name.hpp>
#include <bouillon/core/error.hpp>

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bouillon {

/// Where in its run a checkpoint stands. Compares as the run goes.
struct place_in_run {
    std::uint64_t stage = 0;  ///< 0 where names tell none
    std::uint64_t epoch = 0;  ///< 0 unless steps begin anew in each
    std::uint64_t step = 0;   ///< or tokens, or whatever else the names count

    // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the 0 of the comparison for a null pointer
    auto operator<=>(const place_in_run&) const = default;
};

/// Where checkpoints stand, as their names together tell it.
struct places_of_names {
    std::vector<std::optional<place_in_run>> places;  ///< (names); nothing for a name that tells none
    /// Which order was taken where the names leave a doubt, to go on "taken in the order of"; else empty.
    std::string doubt;
};

namespace detail {

/// How far a name says that the run has come, by a number of the leading kind or, with a doubt, of another.
inline std::optional<std::uint64_t> step_in(const numbers_by_kind& kinds, counted leading, std::string& doubt) {
    if (kinds.contains(leading) || leading == counted::other || leading == counted::stage) return only(kinds, leading);
    for (const counted kind : {counted::step, counted::iteration, counted::batch, counted::checkpoint})
        if (const auto step = only(kinds, kind)) {
            doubt = "the numbers in their names, which count different things (steps, iterations, checkpoints)";
            return step;
        }
    return std::nullopt;
}

/// A name's pattern without what it says of a stage.
inline std::string pattern_without_stage(std::string_view name) {
    std::string pattern = lower_case(pattern_of(name));
    for (const std::string_view word : {"stage", "phase", "ingredient"})
        if (const auto at = pattern.find(word); at != pattern.npos) pattern.erase(at, word.size());
    std::erase_if(pattern, [](char c) { return c < 'a' || c > 'z'; });
    return pattern;
}

/// Gives stages to the places: names without one are of the first stage where they are otherwise alike.
/// @throws input_error for a name that is not
inline void set_stages(places_of_names& told, std::span<const std::string> names,
                       const std::vector<numbers_by_kind>& kinds) {
    std::optional<std::size_t> staged;  // the name of the first stage
    std::set<std::string> patterns;
    for (std::size_t k = 0; k < names.size(); ++k) {
        const auto stage = only(kinds[k], counted::stage);
        if (!told.places[k] || !stage) continue;
        told.places[k]->stage = *stage;
        patterns.insert(pattern_without_stage(names[k]));
        if (!staged || *stage < told.places[*staged]->stage) staged = k;
    }
    if (!staged) return;
    for (std::size_t k = 0; k < names.size(); ++k) {
        if (!told.places[k] || only(kinds[k], counted::stage)) continue;
        if (!patterns.contains(pattern_without_stage(names[k])))
            throw input_error(names[k] + ": its name tells no stage, but that of " + names[*staged] +
                              " does; name the checkpoints to take, in their order");
        told.places[k]->stage = told.places[*staged]->stage;
        told.doubt = "their stages and steps, those without a stage (" + names[k] + ") as of the first";
    }
}

/// @throws input_error, with names, where checkpoints of one stage are of several ingredients, seeds, ranks or runs
inline void check_no_alternatives(const places_of_names& told, std::span<const std::string> names,
                                  const std::vector<numbers_by_kind>& kinds) {
    std::map<std::uint64_t, std::map<std::set<std::uint64_t>, std::string>> stages;  // an example of each alternative
    for (std::size_t k = 0; k < names.size(); ++k) {
        if (!told.places[k]) continue;
        const auto found = kinds[k].find(counted::alternative);
        auto& alternatives = stages[told.places[k]->stage];
        alternatives.try_emplace(found == kinds[k].end() ? std::set<std::uint64_t>{} : found->second, names[k]);
    }
    for (const auto& [stage, alternatives] : stages) {
        if (alternatives.size() < 2) continue;
        std::string list;
        for (const auto& [numbers, name] : alternatives) list += (list.empty() ? "" : ", ") + name;
        throw input_error(list + ": are of several ingredients, seeds, ranks or runs, of which none comes before the " +
                          "others; name the checkpoints to take, in their order");
    }
}

/// The names that tell a place, by their places.
inline std::vector<std::size_t> in_order(const places_of_names& told) {
    std::vector<std::size_t> order;
    for (std::size_t k = 0; k < told.places.size(); ++k)
        if (told.places[k]) order.push_back(k);
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return *told.places[a] < *told.places[b]; });
    return order;
}

/// Whether a kind of number falls, or is the only one to tell two names apart, where the order of a stage goes on.
inline bool contradicts(const places_of_names& told, const std::vector<std::size_t>& order,
                        const std::vector<numbers_by_kind>& kinds, counted kind) {
    bool against = false;
    for (std::size_t k = 1; k < order.size(); ++k) {
        const auto &a = *told.places[order[k - 1]], &b = *told.places[order[k]];
        const auto before = only(kinds[order[k - 1]], kind), after = only(kinds[order[k]], kind);
        if (!before || !after) return false;
        against |= a.stage == b.stage && (*after < *before || (a == b && *after != *before));
    }
    return against;
}

/// Lets epochs come before steps where these begin anew in each, and says what else the names count otherwise.
inline void check_against_other_kinds(places_of_names& told, const std::vector<numbers_by_kind>& kinds,
                                      counted leading) {
    const auto order = in_order(told);
    if (leading != counted::epoch && contradicts(told, order, kinds, counted::epoch)) {
        for (const std::size_t k : order) told.places[k]->epoch = *only(kinds[k], counted::epoch);
        told.doubt = "their epochs, and of their steps in each";
    } else if (leading != counted::tokens && contradicts(told, order, kinds, counted::tokens)) {
        told.doubt = "their steps, though the tokens in their names say otherwise";
    }
}

}  // namespace detail

/// Where checkpoints of one run stand, as their names tell it.
///
/// A name's step is the number after "step", else after "iter" or "iteration", "ba" or "batch", "checkpoint" or
/// "ckpt", "token" or "tokens", "ep" or "epoch": the kind that most names have. A unit counts: `step-900k` comes before
/// `step-1.2M`, `train_00220B` before `train_01100B`. Where most names tell nothing of these, it is the only number
/// that not all names have, so "1.1B" or "7b" in all is none. Stages ("stage", "phase") come before steps.
/// @param names (checkpoints)
/// @returns no place for a name without such a number, or with two that differ
/// @throws input_error where checkpoints of one stage are of several ingredients, seeds, ranks or runs, and where a
///     name tells no stage and is not like those that do
inline places_of_names places_of(std::span<const std::string> names) {
    std::vector<detail::numbers_by_kind> kinds;  // (names)
    for (const auto& name : names) kinds.push_back(detail::by_kind(name));
    const bool shared = detail::leave_out_shared(kinds);
    const auto leading = detail::leading_kind(kinds);
    places_of_names told;
    for (const auto& each : kinds) {
        const auto step = detail::step_in(each, leading, told.doubt);
        told.places.push_back(step ? std::optional(place_in_run{0, 0, *step}) : std::nullopt);
    }
    if (shared && leading == detail::counted::other) told.doubt = "the numbers that differ between their names";
    detail::set_stages(told, names, kinds);
    detail::check_no_alternatives(told, names, kinds);
    detail::check_against_other_kinds(told, kinds, leading);
    return told;
}

/// The training step that a checkpoint's name tells by itself, as places_of() says: 2400 for "step-02400", 1000 for
/// "stage1-step1000-tokens5B", 220000000000 for "train_00220B".
inline std::optional<std::uint64_t> step_of_name(const std::string& name) {
    const auto place = places_of({&name, 1}).places[0];
    return place ? std::optional(place->step) : std::nullopt;
}

}  // namespace bouillon
