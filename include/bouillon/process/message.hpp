// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace bouillon {

/// Puts values one behind the other into a message between processes of one kind of machine: numbers as they lie in
/// memory, of a list first its length.
class message_writer {
 public:
    /// Adds a number.
    template <class Value>
    requires std::is_trivially_copyable_v<Value> message_writer& put(const Value& value) {
        return add(&value, sizeof value);
    }

    /// Adds a list.
    /// @param values any number of them
    template <class Value>
    message_writer& put_list(std::span<const Value> values) {
        put(static_cast<std::uint64_t>(values.size()));
        return add(values.data(), values.size_bytes());
    }

    /// Adds a text.
    message_writer& put_text(std::string_view text) { return put_list(std::span(text.data(), text.size())); }

    /// What was put so far.
    std::span<const std::byte> bytes() const { return std::as_bytes(std::span(bytes_)); }

 private:
    message_writer& add(const void* from, std::size_t size) {
        bytes_.append(static_cast<const char*>(from), size);
        return *this;
    }

    std::string bytes_;
};

/// Takes a message apart, in the order in which it was put together.
class message_reader {
 public:
    /// @param bytes of a message_writer
    explicit message_reader(std::vector<std::byte> bytes) : bytes_(std::move(bytes)) {}

    /// The next number.
    /// @throws error where the message has ended
    template <class Value>
    requires std::is_trivially_copyable_v<Value> Value get() {
        Value value;
        take(&value, sizeof value);
        return value;
    }

    /// The next list.
    /// @throws error where the message has ended
    template <class Value>
    std::vector<Value> get_list() {
        const auto size = get<std::uint64_t>();
        if (size > (bytes_.size() - position_) / sizeof(Value)) end();
        std::vector<Value> values(size);
        take(values.data(), size * sizeof(Value));
        return values;
    }

    /// The next text.
    /// @throws error where the message has ended
    std::string get_text() {
        const auto letters = get_list<char>();
        return {letters.begin(), letters.end()};
    }

 private:
    [[noreturn]] static void end() { throw work_error("a message between processes ends too early"); }

    void take(void* to, std::size_t size) {
        if (size > bytes_.size() - position_) end();
        if (size > 0) std::memcpy(to, bytes_.data() + position_, size);
        position_ += size;
    }

    std::vector<std::byte> bytes_;
    std::size_t position_ = 0;
};

}  // namespace bouillon
