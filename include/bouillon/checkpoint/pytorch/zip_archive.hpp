// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/pytorch/file_part.hpp>
#include <bouillon/checkpoint/pytorch/zip_directory.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/core/in_quotes.hpp>
#include <bouillon/core/to_string.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bouillon::detail {

/// A record of an archive.
struct zip_record {
    std::string name;       ///< without the archive's prefix
    std::size_t begin = 0;  ///< of its content, in bytes from the start of the file
    std::size_t size = 0;   ///< bytes
};

/// A zip archive as torch.save writes it: all records are stored as they are and begin with one prefix.
///
/// Strict where readers are known to disagree or where a small file stands for a large one: records that are
/// compressed, encrypted, twice there or over one another, and local headers of other names are refused. Checksums are
/// not looked at, as PyTorch does not, whose writer may leave them out.
class zip_archive {
 public:
    /// Cost: two reads of the file for an archive with few records before and after its last payload; one more for each
    /// other record.
    /// @param archive all of it
    /// @throws input_error for everything that is not as described, and for TorchScript
    explicit zip_archive(file_part archive) : archive_(std::move(archive)) {
        zip_directory_reader directory(archive_);
        std::vector<zip_entry> entries = directory.entries();
        if (entries.empty()) fail("is empty");
        const std::string prefix = entries.front().name.substr(0, entries.front().name.find('/')) + '/';
        check_names(entries, prefix);
        std::sort(entries.begin(), entries.end(),
                  [](const zip_entry& a, const zip_entry& b) { return a.header < b.header; });
        for (const zip_entry& entry : entries) archive_.prefetch(entry.header, header_size + entry.name.size());
        std::size_t end = 0;  // of the record before
        for (const zip_entry& entry : entries) {
            const std::size_t begin = content_begin(entry, end, directory.begin());
            end = begin + entry.size;
            if (entry.name.starts_with(prefix))
                records_.push_back({entry.name.substr(prefix.size()), archive_.begin() + begin, entry.size});
        }
        std::sort(records_.begin(), records_.end(),
                  [](const zip_record& a, const zip_record& b) { return a.name < b.name; });
    }

    /// Sorted by name.
    const std::vector<zip_record>& records() const { return records_; }

    /// The record of that name, or null.
    const zip_record* find(std::string_view name) const {
        const auto place =
            std::lower_bound(records_.begin(), records_.end(), name,
                             [](const zip_record& record, std::string_view n) { return record.name < n; });
        return place != records_.end() && place->name == name ? &*place : nullptr;
    }

    /// The content of a record.
    /// @throws as input_file::read does
    std::string read(const zip_record& record) {
        return archive_.read(record.begin - archive_.begin(), record.size, [&] { return record.name; });
    }

 private:
    static constexpr std::size_t header_size = 30;

    [[noreturn]] void fail(const std::string& what) const {
        throw input_error(archive_.file().path().string() + ": the zip archive " + what);
    }
    [[noreturn]] void fail(const zip_entry& entry, const std::string& what) const {
        fail("has the record " + in_quotes(entry.name) + what);
    }

    void check_names(const std::vector<zip_entry>& entries, const std::string& prefix) const {
        std::vector<std::string_view> names;
        for (const zip_entry& entry : entries) names.push_back(entry.name);
        std::sort(names.begin(), names.end());
        // Before anything else, since TorchScript compresses some of its records.
        if (std::binary_search(names.begin(), names.end(), prefix + "constants.pkl"))
            throw input_error(archive_.file().path().string() +
                              ": is a TorchScript program, not a checkpoint (save its model's state_dict instead)");
        if (const auto twice = std::adjacent_find(names.begin(), names.end()); twice != names.end())
            fail("has the record " + in_quotes(*twice) + " twice");
        for (const zip_entry& entry : entries)
            if (entry.compressed) fail(entry, ", which is compressed; torch.save stores records as they are");
    }

    /// Where a record's content begins, in bytes from the archive's start, by its local header.
    /// @param from where the record before ends
    /// @param to where the directory begins
    std::size_t content_begin(const zip_entry& entry, std::size_t from, std::size_t to) {
        if (entry.header < from) fail(entry, " at byte " + to_string(entry.header) + ", inside the one before it");
        const std::size_t room = to - std::min(entry.header, to);
        if (room < header_size + entry.name.size()) fail(entry, " beyond its directory");
        const std::string header =
            archive_.read(entry.header, header_size + entry.name.size(), [] { return "the beginning of a record"; });
        if (!header.starts_with("PK\3\4"))
            fail(entry, " at byte " + to_string(entry.header) + ", where no record begins");
        if (number_at<std::uint16_t>(header, 26) != entry.name.size() || header.substr(header_size) != entry.name)
            fail(entry, ", which has another name at its beginning");
        if ((number_at<std::uint16_t>(header, 6) & zip_encryption_flags) != 0) fail(entry, ", which is encrypted");
        if (number_at<std::uint16_t>(header, 8) != 0) fail(entry, ", which is compressed at its beginning");
        const std::size_t all = header.size() + number_at<std::uint16_t>(header, 28);
        if (all > room || entry.size > room - all)
            fail(entry, " of " + to_string(entry.size) + " bytes at byte " + to_string(entry.header) +
                            ", which reaches into its directory at byte " + to_string(to));
        return entry.header + all;
    }

    file_part archive_;
    std::vector<zip_record> records_;
};

}  // namespace bouillon::detail
