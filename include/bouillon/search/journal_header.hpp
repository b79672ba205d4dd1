// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/search/bayesian_search.hpp>

#include <cxxabi.h>
#include <nlohmann/json.hpp>

#include <bit>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <typeinfo>
#include <vector>

namespace bouillon {

/// Of a journal's format.
inline constexpr int journal_version = 3;

namespace detail {

inline std::string json_line(const nlohmann::ordered_json& object) {
    using nlohmann::ordered_json;  // a reason can hold bytes that are no UTF-8
    return object.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

/// A type's name as a reader knows it, the same from every compiler that follows the Itanium ABI.
template <class Type>
std::string type_name() {
    const auto release = [](char* text) { std::free(text); };
    const std::unique_ptr<char, decltype(release)> readable(
        abi::__cxa_demangle(typeid(Type).name(), nullptr, nullptr, nullptr), release);
    return readable ? readable.get() : typeid(Type).name();
}

/// Many numbers in short: how many, and the hash of their bits (Fowler, Noll and Vo's FNV-1a).
inline std::string fingerprint(std::span<const double> numbers) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const double number : numbers)
        for (int shift = 0; shift < 64; shift += 8)
            hash = (hash ^ (std::bit_cast<std::uint64_t>(number) >> shift & 0xff)) * 0x100000001b3;
    return to_string(numbers.size()) + " numbers, hash " + to_string(hash);
}

inline nlohmann::ordered_json known_json(const std::vector<known_observation>& known) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const auto& [point, loss, variance] : known)
        list.push_back({{"point", point}, {"loss", loss}, {"variance", variance}});
    return list;
}

}  // namespace detail

/// The first line of a journal: the version of its format, what the search is made of, its options, and the caller's
/// settings, where these have no field of the search's own name.
template <class Search>
nlohmann::ordered_json journal_header(const Search& search, const std::map<std::string, std::string>& settings) {
    const search_options& options = search.options();
    nlohmann::ordered_json header = {{"event", "header"},
                                     {"version", journal_version},
                                     {"dimension", search.space().dimension()},
                                     {"seed", options.seed},
                                     {"budget", options.budget},
                                     {"initial_trials", options.initial_trials},
                                     {"smallest_distance", options.smallest_distance},
                                     {"known", detail::known_json(options.known)},
                                     {"reference_losses", detail::fingerprint(options.reference_losses)},
                                     {"space_type", detail::type_name<typename Search::space_type>()},
                                     {"kernel_type", detail::type_name<typename Search::kernel_type>()},
                                     {"acquisition_type", detail::type_name<typename Search::acquisition_type>()}};
    for (const auto& [key, value] : settings) header.emplace(key, value);
    return nlohmann::ordered_json::parse(detail::json_line(header));  // as it will be read: NaN is null
}

/// Throws input_error at the first field in which the header found differs from the one expected. `name`: how its
/// message begins.
inline void check_journal_header(const nlohmann::ordered_json& found, const nlohmann::ordered_json& expected,
                                 const std::string& name) {
    nlohmann::ordered_json fields = found;
    fields.update(expected);
    for (const auto& [key, unused] : fields.items()) {
        const auto there = found.find(key), here = expected.find(key);
        if (there != found.end() && here != expected.end() && *there == *here) continue;
        throw input_error(name + key + " is " + (there == found.end() ? "missing" : there->dump()) + " there, but " +
                          (here == expected.end() ? "missing" : here->dump()) + " here");
    }
}

}  // namespace bouillon
