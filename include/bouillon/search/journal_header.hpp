// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/name_of.hpp>
#include <bouillon/search/loss_changes.hpp>
#include <bouillon/search/search_options.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace bouillon {

/// Of a journal's format.
inline constexpr int journal_version = 5;

namespace detail {

/// What a search is made of, by the names that its parts give themselves.
struct search_parts {
    std::string space;
    std::size_t dimension = 0;
    std::string kernel, acquisition;
};

/// journal_header() of any search.
nlohmann::ordered_json journal_header_of(const search_parts& parts, const search_options& options,
                                         const nlohmann::ordered_json& settings);

}  // namespace detail

/// The first line of a journal: its version, what the search is made of, its options, and the caller's settings.
///
/// Space, kernel and acquisition are known by the names that they give themselves (core/name_of.hpp).
/// @param search a bayesian_search
/// @param settings an object, or null for none
/// @throws input_error for settings that are anything else
template <class Search>
nlohmann::ordered_json journal_header(const Search& search, const nlohmann::ordered_json& settings) {
    const detail::search_parts parts{name_of(search.space()), search.space().dimension(),
                                     name_of(search.surrogate().kernel()), name_of(search.acquisition_used())};
    return detail::journal_header_of(parts, search.options(), settings);
}

/// What a search knew before its first trial, as its journal's header has it.
std::vector<known_observation> known_of(const nlohmann::ordered_json& header);

/// Losses that a search was begun with as they are measured now, against those of its journal's header.
/// @param written the header that the journal has
/// @param options of the search as it would be begun now, with as many losses
loss_changes changes_since(const nlohmann::ordered_json& written, const search_options& options);

/// Options with the budget, the first design and the losses that a search was begun with: taken up again it lives
/// through its journal with those.
/// @param options of the search as it would be begun now
/// @param written the header that the journal has
search_options as_begun(search_options options, const nlohmann::ordered_json& written);

/// Checks that a line is a header of this version.
/// @param header the line
/// @param name how the message begins
/// @throws input_error where it is not
void check_journal_version(const nlohmann::ordered_json& header, const std::string& name);

/// Checks that a journal was begun with some settings, whatever others it has.
/// @param written the header that the journal has
/// @param settings an object
/// @param name how the message begins
/// @throws input_error at the first that differs, with both values
void check_journal_settings(const nlohmann::ordered_json& written, const nlohmann::ordered_json& settings,
                            const std::string& name);

/// Checks that a journal was begun by the same search with the same settings.
///
/// Its budget may have been smaller, and its reference losses and the losses of known points may have been others, as
/// many: what it was begun with is taken for measured once more.
/// @param written the header that the journal has
/// @param expected the header that it would be begun with now
/// @param name how the message begins
/// @throws input_error where it is of another version, and else at the first field in which they differ, with both
///     values
void check_journal_header(nlohmann::ordered_json written, nlohmann::ordered_json expected, const std::string& name);

}  // namespace bouillon

#ifndef BOUILLON_COMPILED
#    include <bouillon/search/journal_header.ipp>
#endif
