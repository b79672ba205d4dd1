// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/input_file.hpp>

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace bouillon::detail {

/// A run of a file's bytes that is itself built like a file, such as an archive.
///
/// What such a thing says about itself stands at its two ends: each is read in one call of the system, the first when
/// something of it is asked for, and the whole at once where it is short.
class file_part {
 public:
    /// @param file must outlive this
    /// @param begin, size bytes; a part of the file
    file_part(const input_file& file, std::size_t begin, std::size_t size) : file_(&file), begin_(begin), size_(size) {
        assert(begin <= file.size() && size <= file.size() - begin);
    }

    const input_file& file() const { return *file_; }

    /// Where it begins, in bytes from the start of the file.
    std::size_t begin() const { return begin_; }

    /// Bytes.
    std::size_t size() const { return size_; }

    /// Bytes [first, first + size), which must be among the part's.
    /// @param what `what()`: what a message calls them
    /// @throws as input_file::read does
    template <class What>
    std::string read(std::size_t first, std::size_t size, const What& what) {
        assert(first <= size_ && size <= size_ - first);
        std::string bytes(size, '\0');
        const auto destination = std::as_writable_bytes(std::span(bytes));
        if (first >= end_begin())
            copy(last_, end_begin(), size_ - end_begin(), first, destination, what);
        else if (first + size <= end_size)
            copy(first_, 0, end_size, first, destination, what);
        else
            file_->read(begin_ + first, destination, what);
        return bytes;
    }

    /// Says that bytes [first, first + size) will be read soon.
    void prefetch(std::size_t first, std::size_t size) const {
        if (first < end_begin() && first + size > end_size) file_->prefetch(begin_ + first, size);
    }

 private:
    static constexpr std::size_t end_size = 4096;  // bytes

    std::size_t end_begin() const { return size_ <= 2 * end_size ? 0 : size_ - end_size; }

    /// Copies what stands in an end, of `size` bytes from `begin` on, which is read where it was not yet.
    template <class What>
    void copy(std::vector<std::byte>& end, std::size_t begin, std::size_t size, std::size_t first,
              std::span<std::byte> destination, const What& what) {
        if (end.empty()) {
            end.resize(size);
            file_->read(begin_ + begin, end, what);
        }
        std::copy_n(end.begin() + static_cast<std::ptrdiff_t>(first - begin), destination.size(), destination.begin());
    }

    const input_file* file_;
    std::size_t begin_, size_;
    std::vector<std::byte> first_, last_;  // the ends, empty until they are read
};

}  // namespace bouillon::detail
