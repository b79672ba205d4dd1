// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>

#include <nlohmann/json.hpp>

#include <charconv>
#include <cmath>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace bouillon {

/// A held-out set as a scorer's answer has it.
struct printed_set {
    std::string name;       ///< its key
    std::size_t documents;  ///< losses that it has

    bool operator==(const printed_set&) const = default;
};

/// The held-out sets that a scorer tells losses of, by name: those of the first answer, which every other must have.
///
/// Several threads may use it at once.
class printed_sets {
 public:
    /// Takes in the sets of an answer.
    /// @param told in the order of their losses
    /// @throws work_error when they are not those of the first answer
    void expect(const std::vector<printed_set>& told) {
        const std::lock_guard one_at_a_time(mutex_);
        if (sets_.empty()) sets_ = told;
        if (sets_ != told)
            throw work_error("printed losses of the sets " + text_of(told) + ", but of " + text_of(sets_) +
                             " at first");
    }

    /// Those of the first answer, in the order of their losses; none where it named none, or there was no answer.
    std::vector<printed_set> sets() const {
        const std::lock_guard one_at_a_time(mutex_);
        return sets_;
    }

 private:
    static std::string text_of(const std::vector<printed_set>& sets) {
        std::string text;
        for (const auto& [name, documents] : sets)
            text += (text.empty() ? "" : ", ") + name + " (" + to_string(documents) + ")";
        return text;
    }

    mutable std::mutex mutex_;
    std::vector<printed_set> sets_;
};

namespace detail {

inline std::string_view last_line(std::string_view printed) {
    const auto last = printed.find_last_not_of(" \t\r\n");
    if (last == std::string_view::npos) throw work_error("printed nothing");
    std::string_view line = printed.substr(0, last + 1);
    line.remove_prefix(line.find_last_of('\n') + 1);  // npos + 1 is 0: the only line
    line.remove_prefix(line.find_first_not_of(" \t\r"));
    return line;
}

/// The beginning of a line, in quotes, for a message.
inline std::string quote_line(std::string_view line) {
    constexpr std::size_t most = 200;
    return "'" + std::string(line.substr(0, most)) + (line.size() > most ? "...'" : "'");
}

/// Adds the numbers of an array, or one number where that is all that a set has.
inline void add_losses(const nlohmann::json& list, std::vector<double>& losses) {
    for (const auto& loss : list.is_array() ? list : nlohmann::json::array({list})) {
        if (!loss.is_number() || !std::isfinite(loss.get<double>()))
            throw work_error("printed the loss " + quote_line(loss.dump()) + " of document " +
                             to_string(losses.size()) + ", not one finite number");
        losses.push_back(loss.get<double>());
    }
}

inline std::vector<double> losses_of_json(std::string_view line, printed_sets* sets) {
    const auto value = nlohmann::json::parse(line, nullptr, false);
    if (value.is_discarded()) throw work_error("printed " + quote_line(line) + ", which is no JSON");
    if (value.is_object() && value.contains("error"))
        throw work_error("said: " +
                         (value["error"].is_string() ? value["error"].get<std::string>() : value["error"].dump()));
    if (value.is_object() && !value.contains("losses"))
        throw work_error("printed " + quote_line(line) + ", which has no \"losses\"");
    const auto& told = value.is_object() ? value["losses"] : value;
    if (!(told.is_array() || told.is_object()) || told.empty())
        throw work_error("printed " + quote_line(line) + ", whose losses are no array of one number or more");
    std::vector<double> losses;  // (documents)
    if (told.is_array()) {
        add_losses(told, losses);
        return losses;
    }
    std::vector<printed_set> named;
    for (const auto& [name, list] : told.items()) {  // by name: a scorer may print them in any order
        const std::size_t before = losses.size();
        add_losses(list, losses);
        if (losses.size() == before) throw work_error("printed no loss of the set " + quote_line(name));
        named.push_back({name, losses.size() - before});
    }
    if (sets) sets->expect(named);
    return losses;
}

}  // namespace detail

/// Losses as a scorer printed them: what stands on the last line that is not blank, which is one number, a JSON array
/// of them, or a JSON object with such an array as "losses", or with the reason why there are none as "error". Losses
/// may also be an object of such arrays, or numbers, by the names of held-out sets.
/// @param printed by the scorer
/// @param sets take in the sets that losses are told by; null: nobody asks
/// @returns (documents), or one value of a scorer that tells no more; lower is better; set by set, sorted by their
/// names
/// @throws work_error saying what was printed instead, or the reason
inline std::vector<double> parse_printed_losses(std::string_view printed, printed_sets* sets = nullptr) {
    const std::string_view line = detail::last_line(printed);
    if (line.front() == '[' || line.front() == '{') return detail::losses_of_json(line, sets);
    double value = 0;
    const auto [end, problem] = std::from_chars(line.data(), line.data() + line.size(), value);
    if (problem != std::errc() || end != line.data() + line.size() || !std::isfinite(value))
        throw work_error("printed " + detail::quote_line(line) + ", not one finite number");
    return {value};
}

}  // namespace bouillon
