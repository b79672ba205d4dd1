// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/pytorch/pickle_input.hpp>
#include <bouillon/checkpoint/pytorch/pickle_values.hpp>
#include <bouillon/core/to_string.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bouillon::detail {

/// What a pickle is of.
struct unpickled {
    pickle_values values;
    pickle_id root;
    std::size_t size;  ///< bytes of the pickle; more may follow it
};

/// The opcodes that bouillon knows only to refuse them: those of text protocols, of registries and of other buffers.
inline std::string_view refused_opcode(unsigned opcode) {
    using named = std::pair<unsigned, std::string_view>;
    constexpr std::array<named, 14> names = {{{0x46, "FLOAT"},
                                              {0x49, "INT"},
                                              {0x4c, "LONG"},
                                              {0x50, "PERSID"},
                                              {0x53, "STRING"},
                                              {0x56, "UNICODE"},
                                              {0x67, "GET"},
                                              {0x69, "INST"},
                                              {0x6f, "OBJ"},
                                              {0x70, "PUT"},
                                              {0x82, "EXT1"},
                                              {0x83, "EXT2"},
                                              {0x84, "EXT4"},
                                              {0x97, "NEXT_BUFFER"}}};
    if (opcode == 0x98) return "READONLY_BUFFER";
    const auto* const found =
        std::find_if(names.begin(), names.end(), [&](const named& n) { return n.first == opcode; });
    return found == names.end() ? std::string_view() : found->second;
}

/// Python's pickle protocols 2 to 5 as a machine that makes values and never runs, imports or looks up anything.
///
/// Nothing recurses, and no length is believed before the input is seen to have it: time and memory are proportional to
/// the bytes read. Reference: pickletools of Python's library.
class pickle_machine {
 public:
    /// @param input begins with a pickle; must outlive the values
    /// @param name what messages call it
    pickle_machine(std::span<const std::byte> input, std::string_view name)
        : input_(input, name), values_(input_.bytes()) {}

    /// @throws input_error where the input is no pickle of a kind that stores tensors, pickle_cut_off where it ends
    /// early
    unpickled run() && {
        for (;;) {
            const unsigned opcode = input_.opcode();
            if (opcode == '.') break;
            if (!do_memo(opcode) && !do_scalar(opcode) && !do_text(opcode) && !do_collection(opcode) &&
                !do_object(opcode) && !do_stack(opcode))
                refuse(opcode);
        }
        if (stack_.size() != 1 || !marks_.empty())
            fail("ends with " + to_string(stack_.size()) + " values and " + to_string(marks_.size()) +
                 " open marks, not with one value");
        return {std::move(values_), stack_.front(), input_.taken()};
    }

 private:
    static constexpr pickle_id absent = ~pickle_id{};
    static constexpr std::size_t mark_limit = 10'000;  // Python itself nests no deeper than 1,000

    [[noreturn]] void fail(const std::string& what) const { input_.fail(what); }

    [[noreturn]] void refuse(unsigned opcode) const {
        if (const auto known = refused_opcode(opcode); !known.empty())
            fail("has the opcode " + std::string(known) + ", which nothing that stores tensors writes");
        fail("has the byte " + to_string(opcode) + ", which is no opcode");
    }

    void push(pickle_id value) { stack_.push_back(value); }

    std::size_t floor() const { return marks_.empty() ? 0 : marks_.back(); }

    pickle_id top() const {
        if (stack_.size() == floor()) fail("takes a value from an empty stack");
        return stack_.back();
    }

    pickle_id pop() {
        const pickle_id value = top();
        stack_.pop_back();
        return value;
    }

    /// The values above the latest mark, which are good until the next push. The mark goes, and they with it.
    std::span<const pickle_id> pop_mark() {
        if (marks_.empty()) fail("goes back to a mark that it has not made");
        const std::size_t mark = marks_.back();
        marks_.pop_back();
        popped_.assign(stack_.begin() + static_cast<std::ptrdiff_t>(mark), stack_.end());
        stack_.resize(mark);
        return popped_;
    }

    std::span<const pickle_id> pop(std::size_t count) {
        popped_.resize(count);
        while (count > 0) popped_[--count] = pop();
        return popped_;
    }

    void push_text(pickle_kind kind, std::uint64_t size) { push(values_.add_text(kind, input_.skip(size), size)); }

    /// An integer of `size` bytes, the highest of which has the sign.
    void push_long(std::uint64_t size) {
        if (size > sizeof(std::uint64_t)) return push_text(pickle_kind::big_integer, size);
        std::uint64_t number = input_.number(size);
        const auto unused = static_cast<unsigned>(64 - 8 * size);
        if (unused > 0 && unused < 64)
            number = static_cast<std::uint64_t>(static_cast<std::int64_t>(number << unused) >> unused);
        push(values_.add_integer(static_cast<std::int64_t>(number)));
    }

    bool do_scalar(unsigned opcode) {
        switch (opcode) {
            case 'N':
                return push(pickle_values::none_id), true;
            case 0x88:
                return push(pickle_values::true_id), true;
            case 0x89:
                return push(pickle_values::false_id), true;
            case 'K':
                return push(values_.add_integer(static_cast<std::int64_t>(input_.number(1)))), true;
            case 'M':
                return push(values_.add_integer(static_cast<std::int64_t>(input_.number(2)))), true;
            case 'J':
                return push_long(4), true;
            case 0x8a:
                return push_long(input_.number(1)), true;
            case 0x8b:
                return push_long(input_.number(4)), true;
            case 'G':  // the one number that is stored with its highest byte first
                return push(values_.add_real(std::bit_cast<double>(__builtin_bswap64(input_.number(8))))), true;
            default:
                return false;
        }
    }

    bool do_text(unsigned opcode) {
        switch (opcode) {
            case 'X':
                return push_text(pickle_kind::string, input_.number(4)), true;
            case 0x8c:
                return push_text(pickle_kind::string, input_.number(1)), true;
            case 0x8d:
                return push_text(pickle_kind::string, input_.number(8)), true;
            case 'B':
            case 'T':  // a string of Python 2, whose length has a sign: a negative one is longer than any input here
                return push_text(pickle_kind::bytes, input_.number(4)), true;
            case 'C':
            case 'U':
                return push_text(pickle_kind::bytes, input_.number(1)), true;
            case 0x8e:
            case 0x96:
                return push_text(pickle_kind::bytes, input_.number(8)), true;
            default:
                return false;
        }
    }

    bool do_collection(unsigned opcode) {
        const auto make = [this](pickle_kind kind, std::span<const pickle_id> items) {
            push(values_.add_container(kind, items));
            return true;
        };
        switch (opcode) {
            case ')':
                return make(pickle_kind::tuple, {});
            case 0x85:
            case 0x86:
            case 0x87:
                return make(pickle_kind::tuple, pop(opcode - 0x84));
            case 't':
                return make(pickle_kind::tuple, pop_mark());
            case ']':
                return make(pickle_kind::list, {});
            case 'l':
                return make(pickle_kind::list, pop_mark());
            case '}':
                return make(pickle_kind::dict, {});
            case 'd':
                return make(pickle_kind::dict, in_pairs(pop_mark()));
            case 0x8f:
                return make(pickle_kind::set, {});
            case 0x91:
                return make(pickle_kind::set, pop_mark());
            case 'a':
                return append_to(pickle_kind::list, pop(1));
            case 'e':
                return append_to(pickle_kind::list, pop_mark());
            case 's':
                return append_to(pickle_kind::dict, pop(2));
            case 'u':
                return append_to(pickle_kind::dict, in_pairs(pop_mark()));
            case 0x90:
                return append_to(pickle_kind::set, pop_mark());
            default:
                return false;
        }
    }

    std::span<const pickle_id> in_pairs(std::span<const pickle_id> items) const {
        if (items.size() % 2 != 0) fail("has a dict of a key without a value");
        return items;
    }

    /// What an object of an unknown class is given goes with the object.
    bool append_to(pickle_kind kind, std::span<const pickle_id> items) {
        const pickle_id container = top();
        if (values_.is(container, kind))
            values_.append(container, items);
        else if (!values_.is(container, pickle_kind::call))
            fail("puts items into a value that can hold none");
        return true;
    }

    bool do_memo(unsigned opcode) {
        switch (opcode) {
            case 'q':
                return remember(input_.number(1)), true;
            case 'r':
                return remember(input_.number(4)), true;
            case 0x94:
                return remember(memo_.size()), true;
            case 'h':
                return recall(input_.number(1)), true;
            case 'j':
                return recall(input_.number(4)), true;
            default:
                return false;
        }
    }

    void remember(std::uint64_t index) {
        // Writers count from 0 and take two bytes or more to say so, or one for the next.
        if (index >= input_.bytes().size())
            fail("remembers a value as number " + to_string(index) + ", which is too high");
        if (index >= memo_.size()) memo_.resize(index + 1, absent);
        memo_[index] = top();
    }

    void recall(std::uint64_t index) {
        if (index >= memo_.size() || memo_[index] == absent)
            fail("recalls value number " + to_string(index) + ", which it has not remembered");
        push(memo_[index]);
    }

    bool do_object(unsigned opcode) {
        switch (opcode) {
            case 'c':
                return push_global_of_lines(), true;
            case 0x93:
                return push_global_of_stack(), true;
            case 'Q':
                return push(values_.add_persistent_id(pop())), true;
            case 'R':
            case 0x81:
                return call(pop()), true;
            case 0x92:
                return call(values_.add_container(pickle_kind::tuple, pop(2))), true;
            case 'b':
                return give_state(pop()), true;
            default:
                return false;
        }
    }

    pickle_id line() {
        const std::size_t begin = input_.taken();
        return values_.add_text(pickle_kind::string, begin, input_.skip_line());
    }

    void push_global_of_lines() {
        const pickle_id module = line();
        push(values_.add_global(module, line()));
    }

    void push_global_of_stack() {
        const pickle_id name = pop(), module = pop();
        if (!values_.is(name, pickle_kind::string) || !values_.is(module, pickle_kind::string))
            fail("names a global by what are no strings");
        push(values_.add_global(module, name));
    }

    void call(pickle_id arguments) {
        const pickle_id callee = pop();
        if (!values_.is(arguments, pickle_kind::tuple)) fail("calls with arguments that are no tuple");
        if (values_.is_global(callee, "collections", "OrderedDict") && values_.items(arguments).empty())
            push(values_.add_container(pickle_kind::dict));
        else
            push(values_.add_call(callee, arguments));
    }

    /// The state of an OrderedDict (_metadata, where it is a module's) says nothing about its items.
    void give_state(pickle_id state) {
        const pickle_id object = top();
        if (values_.is(object, pickle_kind::dict)) return;
        if (!values_.is(object, pickle_kind::call)) fail("gives a state to a value that can have none");
        if (values_.state(object)) fail("gives an object a second state");
        values_.set_state(object, state);
    }

    bool do_stack(unsigned opcode) {
        switch (opcode) {
            case '(':
                if (marks_.size() == mark_limit) fail("has more than " + to_string(mark_limit) + " open marks");
                return marks_.push_back(stack_.size()), true;
            case '0':
                if (!marks_.empty() && marks_.back() == stack_.size()) return marks_.pop_back(), true;
                return pop(), true;
            case '1':
                return pop_mark(), true;
            case '2':
                return push(top()), true;
            case 0x80:
                if (const auto protocol = input_.number(1); protocol > 5)
                    fail("is of protocol " + to_string(protocol) + ", later than 5");
                return true;
            case 0x95:  // how long a frame is says nothing that is needed
                return input_.number(8), true;
            default:
                return false;
        }
    }

    pickle_input input_;
    pickle_values values_;
    std::vector<pickle_id> stack_;    // (values)
    std::vector<std::size_t> marks_;  // (open marks) sizes of the stack when each was made
    std::vector<pickle_id> memo_;     // (numbers)
    std::vector<pickle_id> popped_;   // what was taken from the stack last
};

/// The value of a pickle and all that it consists of.
/// @param input begins with the pickle; must outlive what is returned
/// @param name what messages call it
/// @throws as pickle_machine::run does
inline unpickled read_pickle(std::span<const std::byte> input, std::string_view name) {
    return pickle_machine(input, name).run();
}

}  // namespace bouillon::detail
