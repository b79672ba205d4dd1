// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bouillon::detail {

/// A number in a name, and what stands before it.
struct number_in_name {
    std::string before;  ///< in lower case, '#' for each number, without the separators at its end
    std::uint64_t value;
};

inline std::string lower_case(std::string_view text) {
    std::string lower(text);
    for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return lower;
}

/// What a number that these letters follow counts: 1000 for "k"; nothing for letters that are no unit.
inline std::optional<std::uint64_t> unit_of(std::string_view letters) {
    constexpr std::uint64_t kilo = 1000, mega = kilo * kilo, giga = kilo * mega, tera = kilo * giga;
    constexpr std::array units{std::pair{"", std::uint64_t{1}},
                               std::pair{"k", kilo},
                               std::pair{"m", mega},
                               std::pair{"b", giga},
                               std::pair{"t", tera},
                               std::pair{"kt", kilo},
                               std::pair{"mt", mega},
                               std::pair{"bt", giga},
                               std::pair{"tt", tera}};
    const auto lower = lower_case(letters);
    const auto unit = std::find_if(units.begin(), units.end(), [&](const auto& each) { return each.first == lower; });
    return unit == units.end() ? std::nullopt : std::optional(unit->second);
}

/// `whole` and the digits of a fraction times a unit; nothing beyond 18 digits, or where digits are left over.
inline std::optional<std::uint64_t> scaled(std::string_view whole, std::string_view fraction, std::uint64_t unit) {
    if (whole.size() > 18 || fraction.size() > 12) return std::nullopt;
    std::uint64_t value = 0, part = 0, divisor = 1;
    std::from_chars(whole.data(), whole.data() + whole.size(), value);
    std::from_chars(fraction.data(), fraction.data() + fraction.size(), part);
    for (std::size_t d = 0; d < fraction.size(); ++d) divisor *= 10;
    if (part % divisor != 0 && unit % divisor != 0) return std::nullopt;
    if (value >= std::numeric_limits<std::uint64_t>::max() / unit) return std::nullopt;
    return value * unit + part * (unit / divisor);
}

/// The numbers in a name, those with a unit times it: 220000000000 for "00220B", 2500000000000 for "2.5T".
///
/// No number is one that runs into other letters ("3f"), or one of more than 18 digits.
inline std::vector<number_in_name> numbers_in(std::string_view name) {
    constexpr std::string_view digits = "0123456789", separators = "-_=.: ";
    const auto end_of_digits = [&](std::size_t begin) {
        return std::min(name.find_first_not_of(digits, begin), name.size());
    };
    const auto end_of_letters = [&](std::size_t begin) {
        while (begin < name.size() && std::isalpha(static_cast<unsigned char>(name[begin])) != 0) ++begin;
        return begin;
    };
    std::vector<number_in_name> numbers;
    std::string before;
    std::size_t end = 0;
    for (std::size_t begin = name.find_first_of(digits); begin != name.npos; begin = name.find_first_of(digits, end)) {
        before += lower_case(name.substr(end, begin - end));
        const std::size_t whole_end = end_of_digits(begin);
        const std::size_t fraction = whole_end + 1 < name.size() && name[whole_end] == '.' ? whole_end + 1 : whole_end;
        std::size_t fraction_end = end_of_digits(fraction);
        end = end_of_letters(fraction_end);
        if (fraction == fraction_end || end == fraction_end) {  // no decimal with a unit, such as "1.2M"
            fraction_end = whole_end;
            end = end_of_letters(whole_end);
        }
        const auto unit = unit_of(name.substr(fraction_end, end - fraction_end));
        const auto decimals = fraction_end == whole_end ? "" : name.substr(fraction, fraction_end - fraction);
        const auto value = unit ? scaled(name.substr(begin, whole_end - begin), decimals, *unit) : std::nullopt;
        const std::size_t label_end = before.find_last_not_of(separators) + 1;  // 0 where there is none
        if (value) numbers.push_back({before.substr(0, label_end), *value});
        before += '#';
    }
    return numbers;
}

/// A name with '#' for each number and its unit, which checkpoints of one series have in common.
inline std::string pattern_of(std::string_view name) {
    const auto is_digit = [&](std::size_t k) {
        return k < name.size() && std::isdigit(static_cast<unsigned char>(name[k])) != 0;
    };
    std::string pattern;
    bool in_number = false;
    for (std::size_t k = 0; k < name.size(); ++k) {
        const bool goes_on = in_number && (unit_of(name.substr(k, 1)) || (name[k] == '.' && is_digit(k + 1)));
        if (is_digit(k) && !in_number) pattern += '#';
        in_number = is_digit(k) || goes_on;
        if (!in_number) pattern += name[k];
    }
    return pattern;
}

}  // namespace bouillon::detail
