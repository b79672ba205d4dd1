// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/pytorch/file_part.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/core/in_quotes.hpp>
#include <bouillon/core/to_string.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

// The end of a zip archive: which records it has and where. Numbers are little-endian.
// Reference: APPNOTE.TXT 6.3.10 by PKWARE, sections 4.3.12 to 4.3.16.
namespace bouillon::detail {

/// The most records of an archive.
inline constexpr std::size_t zip_entry_limit = 1'000'000;

/// The most bytes that the list of them may take.
inline constexpr std::size_t zip_directory_limit = 256 << 20;

/// A record as the central directory describes it.
struct zip_entry {
    std::string name;
    std::size_t header = 0;  ///< where its local header begins, in bytes from the archive's start
    std::size_t size = 0;    ///< bytes
    bool compressed = false;
};

/// A number at a place of bytes, which must have it.
template <class Number>
Number number_at(std::string_view bytes, std::size_t place) {
    Number number;
    std::memcpy(&number, bytes.data() + place, sizeof(number));
    return number;
}

/// Bits of the flags of a header that say that something is encrypted.
inline constexpr unsigned zip_encryption_flags = 0x1 | 0x40 | 0x2000;

class zip_directory_reader {
 public:
    explicit zip_directory_reader(file_part& archive) : archive_(&archive) {}

    /// The records in the order of the directory, names as they are and perhaps repeated.
    /// @throws input_error for what is no zip archive, or one with more than one disk or of encrypted records
    std::vector<zip_entry> entries() {
        find();
        const std::string bytes = read(begin_, size_);
        std::vector<zip_entry> found;
        found.reserve(count_);
        std::string_view rest = bytes;
        for (std::size_t i = 0; i < count_; ++i) found.push_back(take_entry(rest));
        if (!rest.empty()) fail("has a directory of more than its " + to_string(count_) + " records");
        return found;
    }

    /// Where the directory begins; known once it was read.
    std::size_t begin() const { return begin_; }

 private:
    static constexpr std::size_t end_size = 22, locator_size = 20, end64_size = 56, entry_size = 46;
    static constexpr std::size_t absent16 = 0xffff, absent32 = 0xffff'ffff;  // the number is elsewhere

    [[noreturn]] void fail(const std::string& what) const {
        throw input_error(archive_->file().path().string() + ": the zip archive " + what);
    }

    std::string read(std::size_t first, std::size_t size) {
        return archive_->read(first, size, [] { return "the list of its records"; });
    }

    /// Where the end record is: the last 22 bytes, unless a comment follows it.
    std::size_t find_end() {
        const std::size_t all = archive_->size();
        constexpr std::string_view signature = "PK\5\6";
        const auto comment_fits = [&](std::string_view end) {
            return end.starts_with(signature) && number_at<std::uint16_t>(end, 20) == end.size() - end_size;
        };
        if (all >= end_size && comment_fits(read(all - end_size, end_size))) return all - end_size;
        const std::size_t searched = std::min(all, end_size + absent16);
        const std::string bytes = read(all - searched, searched);
        const std::size_t found = searched < end_size ? bytes.npos : bytes.rfind(signature, searched - end_size);
        if (found == bytes.npos || !comment_fits(std::string_view(bytes).substr(found)))
            fail("has no end: the file is cut off or something was added to it");
        return all - searched + found;
    }

    /// Finds the directory, which must reach to the records that end the archive.
    void find() {
        const std::size_t end = find_end();
        const std::string bytes = read(end, end_size);
        if (number_at<std::uint32_t>(bytes, 4) != 0) fail("is one of several disks");
        count_ = number_at<std::uint16_t>(bytes, 10);
        size_ = number_at<std::uint32_t>(bytes, 12);
        begin_ = number_at<std::uint32_t>(bytes, 16);
        if (number_at<std::uint16_t>(bytes, 8) != count_) fail("is one of several disks");
        const bool incomplete = count_ == absent16 || size_ == absent32 || begin_ == absent32;
        const std::string locator = end < locator_size ? "" : read(end - locator_size, locator_size);
        std::size_t follows = end;
        if (locator.starts_with("PK\6\7"))
            follows = read_end64(locator, end - locator_size);
        else if (incomplete)
            fail("lacks the ZIP64 record that its end refers to");

        if (begin_ > follows || size_ != follows - begin_)
            fail("has its directory at byte " + to_string(begin_) + " with " + to_string(size_) +
                 " bytes, which does not end where the end record begins, at " + to_string(follows));
        if (count_ > zip_entry_limit || size_ > zip_directory_limit)
            fail("has " + to_string(count_) + " records in a directory of " + to_string(size_) +
                 " bytes, above the limits of " + to_string(zip_entry_limit) + " and " +
                 to_string(zip_directory_limit));
        if (count_ > size_ / entry_size)
            fail("has a directory of " + to_string(size_) + " bytes, too few for " + to_string(count_) + " records");
    }

    /// Takes the numbers of the 64-bit end record and @returns where that begins.
    std::size_t read_end64(std::string_view locator, std::size_t locator_begin) {
        const auto begin = number_at<std::uint64_t>(locator, 8);
        if (begin > locator_begin || locator_begin - begin < end64_size)
            fail("has its ZIP64 end at byte " + to_string(begin) + ", where there is no room for it");
        const std::string bytes = read(begin, end64_size);
        const auto rest = number_at<std::uint64_t>(bytes, 4);
        if (!bytes.starts_with("PK\6\6") || rest != locator_begin - begin - 12)
            fail("has no ZIP64 end at byte " + to_string(begin) + ", where it should be");
        const auto count = number_at<std::uint64_t>(bytes, 32);
        if (number_at<std::uint32_t>(locator, 4) != 0 || number_at<std::uint32_t>(locator, 16) > 1 ||
            number_at<std::uint64_t>(bytes, 16) != 0 || number_at<std::uint64_t>(bytes, 24) != count)
            fail("is one of several disks");
        const auto take = [&](std::size_t& number, std::size_t absent, std::uint64_t wide) {
            if (number != absent && number != wide)
                fail("has two ends that differ: " + to_string(number) + " and " + to_string(wide));
            number = wide;
        };
        take(count_, absent16, count);
        take(size_, absent32, number_at<std::uint64_t>(bytes, 40));
        take(begin_, absent32, number_at<std::uint64_t>(bytes, 48));
        return begin;
    }

    /// Takes the first record off the rest of the directory.
    zip_entry take_entry(std::string_view& rest) {
        if (rest.size() < entry_size || !rest.starts_with("PK\1\2")) fail("has a directory that is cut off or damaged");
        const std::size_t name_size = number_at<std::uint16_t>(rest, 28),
                          extra_size = number_at<std::uint16_t>(rest, 30);
        const std::size_t whole = entry_size + name_size + extra_size + number_at<std::uint16_t>(rest, 32);
        if (rest.size() < whole) fail("has a directory that is cut off or damaged");
        zip_entry entry{std::string(rest.substr(entry_size, name_size)), number_at<std::uint32_t>(rest, 42),
                        number_at<std::uint32_t>(rest, 24), number_at<std::uint16_t>(rest, 10) != 0};
        const auto fail_entry = [&](const std::string& what) {
            fail("has the record " + in_quotes(entry.name) + what);
        };
        std::size_t packed = number_at<std::uint32_t>(rest, 20);
        if (entry.name.empty() || entry.name.find('\0') != entry.name.npos) fail_entry(", a name that none can have");
        if (!take_wide(rest.substr(entry_size + name_size, extra_size), entry, packed))
            fail_entry(" without the ZIP64 block that it needs");
        if ((number_at<std::uint16_t>(rest, 8) & zip_encryption_flags) != 0) fail_entry(", which is encrypted");
        if (number_at<std::uint16_t>(rest, 34) != 0) fail_entry(" on another disk");
        if (!entry.compressed && packed != entry.size)
            fail_entry(" of " + to_string(packed) + " bytes, which are " + to_string(entry.size) + " when unpacked");
        rest.remove_prefix(whole);
        return entry;
    }

    /// Takes what did not fit 32 bits from a record's extra block. @returns false where it is not there
    static bool take_wide(std::string_view extra, zip_entry& entry, std::size_t& packed) {
        std::string_view wide;
        while (extra.size() >= 4 && number_at<std::uint16_t>(extra, 2) <= extra.size() - 4) {
            const std::string_view block = extra.substr(4, number_at<std::uint16_t>(extra, 2));
            if (number_at<std::uint16_t>(extra, 0) == 1 && wide.empty()) wide = block;
            extra.remove_prefix(4 + block.size());
        }
        for (std::size_t* number : {&entry.size, &packed, &entry.header}) {
            if (*number != absent32) continue;
            if (wide.size() < 8) return false;
            *number = number_at<std::uint64_t>(wide, 0);
            wide.remove_prefix(8);
        }
        return true;
    }

    file_part* archive_;
    std::size_t begin_ = 0, size_ = 0;  // bytes, of the directory
    std::size_t count_ = 0;             // records
};

}  // namespace bouillon::detail
