// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace bouillon::detail {

/// What a value of a pickle is. Nothing of it was looked up, imported or called.
enum class pickle_kind : std::uint8_t {
    none,
    boolean,
    integer,      ///< of at most 64 bits
    big_integer,  ///< its bytes as they are stored
    real,
    string,  ///< its bytes as they are stored: nothing was checked to be UTF-8
    bytes,
    tuple,
    list,
    dict,
    set,
    global,        ///< the name of a class or a function
    call,          ///< what a class or a function would make of arguments
    persistent_id  ///< what stands for something outside of the pickle
};

/// A value's place in its arena.
using pickle_id = std::uint32_t;

/// The values of a pickle: an arena of nodes that refer to one another by their places.
///
/// So values may be shared and contain themselves, and none is destroyed by recursion. 16 bytes a value, 4 for each
/// that a container holds (at most 16 where it grew in many steps). Texts are views of the input, which must outlive
/// this.
class pickle_values {
 public:
    static constexpr pickle_id none_id = 0, false_id = 1, true_id = 2;

    /// @param input what texts are parts of
    explicit pickle_values(std::span<const std::byte> input)
        : input_(input), values_({{pickle_kind::none}, {pickle_kind::boolean, false}, {pickle_kind::boolean, true}}) {}

    std::size_t size() const { return values_.size(); }
    pickle_kind kind(pickle_id value) const { return values_[value].kind; }
    bool is(pickle_id value, pickle_kind kind) const { return values_[value].kind == kind; }

    /// Of an integer or a boolean.
    std::int64_t integer(pickle_id value) const { return std::bit_cast<std::int64_t>(wide(value)); }

    double real(pickle_id value) const { return std::bit_cast<double>(wide(value)); }

    /// Of a string, bytes or a big integer.
    std::string_view text(pickle_id value) const {
        return {reinterpret_cast<const char*>(input_.data()) + values_[value].first, values_[value].second};
    }

    /// Of a tuple, a list or a set; of a dict, each key followed by its value.
    std::span<const pickle_id> items(pickle_id value) const {
        return std::span(items_).subspan(values_[value].first, values_[value].second);
    }

    std::string_view module_of(pickle_id global) const { return text(values_[global].first); }
    std::string_view name_of(pickle_id global) const { return text(values_[global].second); }
    bool is_global(pickle_id value, std::string_view module, std::string_view name) const {
        return is(value, pickle_kind::global) && module_of(value) == module && name_of(value) == name;
    }

    pickle_id callee(pickle_id call) const { return values_[call].first; }

    /// A tuple; where there are keyword arguments, of a tuple and a dict.
    pickle_id arguments(pickle_id call) const { return values_[call].second; }

    /// What the made object is given as its state.
    std::optional<pickle_id> state(pickle_id call) const {
        if (values_[call].third == absent) return std::nullopt;
        return values_[call].third;
    }

    /// What a persistent id consists of.
    pickle_id persistent(pickle_id value) const { return values_[value].first; }

    pickle_id add_integer(std::int64_t number) {
        return add_wide(pickle_kind::integer, static_cast<std::uint64_t>(number));
    }
    pickle_id add_real(double number) { return add_wide(pickle_kind::real, std::bit_cast<std::uint64_t>(number)); }

    /// @param kind string, bytes or big_integer
    /// @param begin, size a part of the input
    pickle_id add_text(pickle_kind kind, std::size_t begin, std::size_t size) {
        assert(begin <= input_.size() && size <= input_.size() - begin);
        return add({kind, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(size)});
    }

    /// @param kind tuple, list, dict or set
    pickle_id add_container(pickle_kind kind, std::span<const pickle_id> items = {}) {
        const pickle_id made = add({kind});
        append(made, items);
        return made;
    }

    pickle_id add_global(pickle_id module, pickle_id name) { return add({pickle_kind::global, module, name}); }
    pickle_id add_call(pickle_id callee, pickle_id arguments) {
        return add({pickle_kind::call, callee, arguments, absent});
    }
    pickle_id add_persistent_id(pickle_id what) { return add({pickle_kind::persistent_id, what}); }

    /// Adds items to a container. Cost: O(1) an item, amortised.
    void append(pickle_id container, std::span<const pickle_id> added) {
        node& value = values_[container];
        const std::size_t needed = value.second + added.size();
        if (needed > value.third) make_room(value, needed);
        std::copy(added.begin(), added.end(), items_.begin() + value.first + value.second);
        value.second = static_cast<std::uint32_t>(needed);
    }

    void set_state(pickle_id call, pickle_id state) { values_[call].third = state; }

 private:
    static constexpr std::uint32_t absent = std::numeric_limits<std::uint32_t>::max();

    struct node {
        pickle_kind kind;
        std::uint32_t first = 0;   // a number's low half, or a text's or container's begin, a module, callee or the id
        std::uint32_t second = 0;  // a number's high half, or a text's or container's size, a name or the arguments
        std::uint32_t third = 0;   // a container's room, or a call's state
    };

    std::uint64_t wide(pickle_id value) const {
        return values_[value].first | static_cast<std::uint64_t>(values_[value].second) << 32;
    }

    pickle_id add(const node& value) {
        if (values_.size() >= absent) throw input_error("a pickle has more than 2^32 values");
        values_.push_back(value);
        return static_cast<pickle_id>(values_.size() - 1);
    }

    pickle_id add_wide(pickle_kind kind, std::uint64_t bits) {
        return add({kind, static_cast<std::uint32_t>(bits), static_cast<std::uint32_t>(bits >> 32)});
    }

    /// In place where nothing follows, else at the end and with as much again to spare.
    void make_room(node& container, std::size_t needed) {
        const bool last = container.first + std::size_t{container.third} == items_.size();
        const std::size_t room = last ? needed : std::max<std::size_t>(needed, 2 * std::size_t{container.third});
        const std::size_t begin = last ? container.first : items_.size();
        if (begin + room >= absent) throw input_error("a pickle has containers of more than 2^32 values");
        items_.resize(begin + room);
        if (!last) std::copy_n(items_.begin() + container.first, container.second, items_.begin() + begin);
        container.first = static_cast<std::uint32_t>(begin);
        container.third = static_cast<std::uint32_t>(room);
    }

    std::span<const std::byte> input_;
    std::vector<node> values_;
    std::vector<pickle_id> items_;  // of all containers
};

}  // namespace bouillon::detail
