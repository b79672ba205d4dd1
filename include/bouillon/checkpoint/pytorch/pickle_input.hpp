// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

namespace bouillon::detail {

/// A pickle that goes on beyond the bytes that there are.
struct pickle_cut_off : input_error {
    using input_error::input_error;
};

/// The most bytes that a pickle may take.
inline constexpr std::size_t pickle_size_limit = std::size_t{1} << 30;

/// The bytes of a pickle in their order, of which none is taken that is not there.
class pickle_input {
 public:
    /// @param bytes begin with a pickle; must outlive this
    /// @param name what messages call it; must outlive this
    pickle_input(std::span<const std::byte> bytes, std::string_view name)
        : bytes_(bytes.first(std::min(bytes.size(), pickle_size_limit))), name_(name) {}

    std::span<const std::byte> bytes() const { return bytes_; }

    /// Bytes taken so far.
    std::size_t taken() const { return taken_; }

    /// The next opcode, which messages are about from here on.
    unsigned opcode() {
        opcode_begin_ = taken_;
        return static_cast<unsigned>(number(1));
    }

    /// The next `size` bytes, 8 at most, as a number without a sign, the lowest first.
    /// @throws pickle_cut_off, as all of these do
    std::uint64_t number(std::size_t size) {
        assert(size <= sizeof(std::uint64_t));
        std::uint64_t number = 0;
        const std::size_t begin = skip(size);
        std::memcpy(&number, bytes_.data() + begin, size);
        return number;
    }

    /// Takes `size` bytes. @returns where they begin
    std::size_t skip(std::uint64_t size) {
        const std::size_t begin = taken_, left = bytes_.size() - taken_;
        if (size > left)
            throw pickle_cut_off(std::string(name_) + ": the pickle is cut off: at byte " + to_string(taken_) +
                                 " it needs " + to_string(size) + " more, but there are " + to_string(left));
        taken_ += size;
        return begin;
    }

    /// Takes a line and the character that ends it. @returns the bytes of the line
    std::size_t skip_line() {
        const auto rest = bytes_.subspan(taken_);
        const auto size = static_cast<std::size_t>(std::find(rest.begin(), rest.end(), std::byte{'\n'}) - rest.begin());
        skip(size + 1);
        return size;
    }

    [[noreturn]] void fail(const std::string& what) const {
        throw input_error(std::string(name_) + ": the pickle " + what + " (at byte " + to_string(opcode_begin_) + ')');
    }

 private:
    std::span<const std::byte> bytes_;
    std::string_view name_;
    std::size_t taken_ = 0;
    std::size_t opcode_begin_ = 0;
};

}  // namespace bouillon::detail
