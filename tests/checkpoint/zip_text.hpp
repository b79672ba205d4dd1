// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/to_string.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace test {

/// A number's bytes, the lowest first.
template <class Number>
std::string little_endian(Number number) {
    return {reinterpret_cast<const char*>(&number), sizeof(number)};
}

/// A record of a zip archive with each of the fields that a reader looks at.
struct zip_field {
    std::string name, content;
    std::string local_name = name;
    std::uint16_t flags = 0x808, local_flags = flags;
    std::uint16_t method = 0, local_method = method;
    std::uint16_t disk = 0;
    std::string local_extra, extra;
    std::uint32_t packed = static_cast<std::uint32_t>(content.size()), size = packed;
    std::int64_t header_moved = 0;  ///< how far behind its header the directory says that it is
};

/// How a zip archive ends.
struct zip_end {
    bool zip64 = true;
    std::string comment;
    std::int64_t more_records = 0, more64_records = 0;  ///< than there are
    std::int64_t more_size = 0;                         ///< of the directory
    std::int64_t moved = 0;                             ///< of the directory
    std::uint16_t disk = 0;
    std::uint32_t disks = 1;
    std::size_t hole = 0;  ///< bytes before the directory that the text lacks
};

inline std::string zip_local_header(const zip_field& field) {
    return "PK\3\4" + std::string(2, '\0') + little_endian(field.local_flags) + little_endian(field.local_method) +
           std::string(16, '\0') + little_endian(static_cast<std::uint16_t>(field.local_name.size())) +
           little_endian(static_cast<std::uint16_t>(field.local_extra.size())) + field.local_name + field.local_extra;
}

inline std::string zip_directory_entry(const zip_field& field, std::size_t header) {
    const auto place = static_cast<std::uint32_t>(static_cast<std::int64_t>(header) + field.header_moved);
    return "PK\1\2" + std::string(4, '\0') + little_endian(field.flags) + little_endian(field.method) +
           std::string(8, '\0') + little_endian(field.packed) + little_endian(field.size) +
           little_endian(static_cast<std::uint16_t>(field.name.size())) +
           little_endian(static_cast<std::uint16_t>(field.extra.size())) + std::string(2, '\0') +
           little_endian(field.disk) + std::string(6, '\0') + little_endian(place) + field.name + field.extra;
}

/// A zip archive's bytes, which may break every rule.
inline std::string zip_text(const std::vector<zip_field>& fields, const zip_end& end = {}) {
    std::string text, directory;
    for (const auto& field : fields) {
        directory += zip_directory_entry(field, text.size());
        text += zip_local_header(field) + field.content;
        if (field.flags & 8)
            text += "PK\7\x8" + std::string(4, '\0') + little_endian(field.packed) + little_endian(field.size);
    }
    const auto count = static_cast<std::int64_t>(fields.size());
    const auto begin = static_cast<std::int64_t>(text.size() + end.hole) + end.moved;
    const auto size = static_cast<std::int64_t>(directory.size()) + end.more_size;
    text += directory;
    if (end.zip64) {
        const std::uint64_t place = text.size() + end.hole;
        text += "PK\6\6" + little_endian<std::uint64_t>(44) + std::string(4, '\0') + std::string(8, '\0') +
                little_endian(count + end.more_records + end.more64_records) +
                little_endian(count + end.more_records + end.more64_records) + little_endian(size) +
                little_endian(begin);
        text += "PK\6\7" + std::string(4, '\0') + little_endian(place) + little_endian(end.disks);
    }
    const auto short_count = static_cast<std::uint16_t>(count + end.more_records);
    return text + "PK\5\6" + little_endian(end.disk) + little_endian(end.disk) + little_endian(short_count) +
           little_endian(short_count) + little_endian(static_cast<std::uint32_t>(size)) +
           little_endian(static_cast<std::uint32_t>(std::min<std::int64_t>(begin, 0xffff'ffff))) +
           little_endian(static_cast<std::uint16_t>(end.comment.size())) + end.comment;
}

}  // namespace test
