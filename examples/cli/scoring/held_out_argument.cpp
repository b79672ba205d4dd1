// SPDX-License-Identifier: Apache-2.0
#include "scoring/held_out_argument.hpp"

#include <bouillon/core/error.hpp>
#include <bouillon/core/in_quotes.hpp>
#include <bouillon/core/to_string.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>
#include <system_error>

namespace {

bool is_there(const std::string& path) {
    std::error_code nothing_there;
    return std::filesystem::exists(path, nothing_there);
}

/// The number that a text is, as a whole.
std::optional<double> number_in(std::string_view text) {
    double value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

/// Takes ":WEIGHT" from the end of a word.
std::optional<double> take_weight(std::string& word) {
    const auto colon = word.rfind(':');
    if (colon == word.npos) return std::nullopt;
    const auto weight = number_in(std::string_view(word).substr(colon + 1));
    if (!weight) return std::nullopt;
    if (!(*weight >= 0) || std::isinf(*weight))
        throw bouillon::input_error(word + ": the weight of a held-out set is " + bouillon::to_string(*weight) +
                                    ": a finite one of 0 or more is needed");
    word.resize(colon);
    return weight;
}

bool is_name(std::string_view text) { return !text.empty() && text.find_first_of("/\\:\"") == text.npos; }

}  // namespace

held_out_argument parse_held_out(const std::string& word) {
    held_out_argument set;
    std::string rest = word;
    if (!is_there(rest)) {
        const auto equals = rest.find('=');
        if (equals != rest.npos && is_name(rest.substr(0, equals))) {
            set.name = rest.substr(0, equals);
            rest.erase(0, equals + 1);
        }
        if (!is_there(rest)) set.weight = take_weight(rest).value_or(1);
    }
    set.file = rest;
    if (set.name.empty()) set.name = set.file.stem().string();
    return set;
}

held_out_argument parse_set_weight(const std::string& word) {
    held_out_argument set{word, {}};
    const auto weight = take_weight(set.name);
    if (!weight || !is_name(set.name)) throw bouillon::input_error("--weight " + word + ": it must be NAME:WEIGHT");
    set.weight = *weight;
    return set;
}

bouillon::domain_guard parse_guard(const std::string& word) {
    const auto colon = word.rfind(':');
    const auto loss = colon == word.npos ? std::nullopt : number_in(std::string_view(word).substr(colon + 1));
    return loss ? bouillon::domain_guard{word.substr(0, colon), *loss} : bouillon::domain_guard{word};
}

void check_names(const std::vector<held_out_argument>& sets, const std::string& option) {
    for (std::size_t i = 0; i < sets.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            if (sets[i].name == sets[j].name)
                throw bouillon::input_error(option + " has two sets of the name " + bouillon::in_quotes(sets[i].name) +
                                            ": give one another, as in other=" + sets[i].file.string());
}

std::vector<held_out_argument> matched(const std::vector<held_out_argument>& test,
                                       const std::vector<held_out_argument>& held_out) {
    if (test.size() == 1 && held_out.size() == 1)  // one is the other's, whatever it is called
        return {{held_out.front().name, test.front().file, held_out.front().weight}};
    std::vector<held_out_argument> ordered;
    for (const auto& set : held_out) {
        const auto same = std::ranges::find(test, set.name, &held_out_argument::name);
        if (same == test.end())
            throw bouillon::input_error("--held-out has a set " + bouillon::in_quotes(set.name) +
                                        ", but --test has none of that name");
        if (same->weight != 1 && same->weight != set.weight)
            throw bouillon::input_error("--test gives " + bouillon::in_quotes(set.name) + " the weight " +
                                        bouillon::to_string(same->weight) + ", but --held-out gives it " +
                                        bouillon::to_string(set.weight));
        ordered.push_back({set.name, same->file, set.weight});
    }
    for (const auto& set : test)
        if (std::ranges::find(held_out, set.name, &held_out_argument::name) == held_out.end())
            throw bouillon::input_error("--test has a set " + bouillon::in_quotes(set.name) +
                                        ", but --held-out has none of that name");
    return ordered;
}
