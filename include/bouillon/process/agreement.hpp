// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/process/collectives.hpp>
#include <bouillon/process/concept.hpp>
#include <bouillon/process/message.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bouillon {

/// Something that must be the same in every process of a group.
struct shared_fact {
    std::string name;   ///< of what, as a message names it: a file, "bouillon"
    std::string value;  ///< what is compared, as a message says it: a hash, a version
};

/// How messages call a process: "rank 2 (node17)".
inline std::string name_of_process(std::size_t rank, const std::string& host) {
    return "rank " + to_string(rank) + " (" + host + ')';
}

namespace detail {

/// What a process brings to an agreement: its facts, or why it has none.
struct agreement_entry {
    std::string host;
    bool input_is_wrong = false;  // else the work failed; of a failure only
    std::string failure;          // empty: none
    std::vector<shared_fact> facts = {};
};

inline message_writer to_message(const agreement_entry& entry) {
    message_writer message;
    message.put_text(entry.host).put(entry.input_is_wrong).put_text(entry.failure);
    message.put(static_cast<std::uint64_t>(entry.facts.size()));
    for (const auto& [name, value] : entry.facts) message.put_text(name).put_text(value);
    return message;
}

inline agreement_entry entry_of(std::vector<std::byte> bytes) {
    message_reader message(std::move(bytes));
    agreement_entry entry;
    entry.host = message.get_text();
    entry.input_is_wrong = message.get<bool>();
    entry.failure = message.get_text();
    entry.facts.resize(message.get<std::uint64_t>());
    for (auto& [name, value] : entry.facts) {
        name = message.get_text();
        value = message.get_text();
    }
    return entry;
}

/// @throws input_error at the first difference between two processes' facts
inline void require_equal(const agreement_entry& first, const agreement_entry& other, std::size_t rank) {
    const std::string where = name_of_process(rank, other.host) + ": ";
    for (std::size_t i = 0; i < std::max(first.facts.size(), other.facts.size()); ++i) {
        const shared_fact none{"", "nothing"};
        const auto& ours = i < first.facts.size() ? first.facts[i] : none;
        const auto& theirs = i < other.facts.size() ? other.facts[i] : none;
        if (ours.name == theirs.name && ours.value == theirs.value) continue;
        throw input_error(where + (theirs.name.empty() ? ours.name : theirs.name) + " is not what " +
                          name_of_process(0, first.host) + " has: " + theirs.value + " there, " + ours.value + " here");
    }
}

}  // namespace detail

/// Compares what must be the same in every process, before they begin to work together. Each calls it once, or
/// report_failure() in its place; rank 0 learns the result, the others go on.
/// @param group of the processes
/// @param facts in the same order in every process
/// @throws input_error, on rank 0, that names the process, its machine and the first thing that differs, and for a
/// process that was given what cannot be used
/// @throws work_error, on rank 0, for a process whose work failed
template <process_group Group>
void require_agreement(const Group& group, std::vector<shared_fact> facts) {
    const detail::agreement_entry own{group.host(), false, "", std::move(facts)};
    const auto all = collect(group, detail::to_message(own).bytes());
    for (std::size_t rank = 1; rank < all.size(); ++rank) {
        const auto other = detail::entry_of(all[rank]);
        const std::string what = name_of_process(rank, other.host) + ": " + other.failure;
        if (!other.failure.empty() && other.input_is_wrong) throw input_error(what);
        if (!other.failure.empty()) throw work_error(what);
        detail::require_equal(own, other, rank);
    }
}

/// Tells rank 0, which is in require_agreement() or will be, why this process cannot take part. For all ranks but 0.
/// @param group of the process
/// @param input_is_wrong whether what was given cannot be used; else the work failed
/// @param reason in words
template <process_group Group>
void report_failure(const Group& group, bool input_is_wrong, std::string_view reason) {
    collect(group, detail::to_message({group.host(), input_is_wrong, std::string(reason)}).bytes());
}

}  // namespace bouillon
