// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/pytorch/zip_directory.hpp>

#include "checkpoint/files.hpp"
#include "checkpoint/zip_text.hpp"
#include <doctest/doctest.h>

#include <string>

using namespace bouillon;
using test::zip_end;
using test::zip_field;
using test::zip_text;

namespace {

std::vector<detail::zip_entry> entries(const std::string& text) {
    const test::temporary_directory directory;
    test::write_text(directory / "f", text);
    const input_file file(directory / "f");
    detail::file_part part(file, 0, file.size());
    return detail::zip_directory_reader(part).entries();
}

/// The message without the file's name.
std::string refusal(const std::string& text) {
    const std::string message = test::message_of<input_error>([&] { entries(text); });
    const auto place = message.find(": ");
    return place == message.npos ? message : message.substr(place + 2);
}

const std::vector<zip_field> two = {{"a/x", "12345"}, {"a/y", "678"}};

/// The ZIP64 block of a record.
std::string wide_block(std::initializer_list<std::uint64_t> numbers) {
    std::string block =
        test::little_endian<std::uint16_t>(1) + test::little_endian(static_cast<std::uint16_t>(8 * numbers.size()));
    for (const auto number : numbers) block += test::little_endian(number);
    return block;
}

}  // namespace

TEST_CASE("a zip archive's directory is read with and without its 64-bit end") {
    for (const bool zip64 : {true, false}) {
        const auto found = entries(zip_text(two, {zip64}));
        REQUIRE(found.size() == 2);
        CHECK(found[0].name == "a/x");
        CHECK(found[0].header == 0);
        CHECK(found[0].size == 5);
        CHECK_FALSE(found[0].compressed);
        CHECK(found[1].name == "a/y");
        CHECK(found[1].header == 30 + 3 + 5 + 16);
        CHECK(found[1].size == 3);
    }
    CHECK(entries(zip_text({})).empty());
}

TEST_CASE("a comment that ends with the zip archive is read over") {
    CHECK(entries(zip_text(two, {.comment = "a comment"})).size() == 2);
    CHECK(entries(zip_text(two, {.comment = std::string(65'535, 'c')})).size() == 2);
    const std::string nothing = "has no end: the file is cut off or something was added to it";
    CHECK(refusal("the zip archive") == "the zip archive " + nothing);
    CHECK(refusal("") == "the zip archive " + nothing);
    CHECK(refusal(zip_text(two) + "x") == "the zip archive " + nothing);
    CHECK(refusal(zip_text(two, {.comment = "c"}) + "x") == "the zip archive " + nothing);
    CHECK(refusal(zip_text(two, {.comment = "PK\5\6 and more than twenty bytes"})) == "the zip archive " + nothing);
}

TEST_CASE("what does not fit 32 bits is taken from a record's ZIP64 block") {
    const auto one = [](zip_field field) { return entries(zip_text({field})).at(0); };
    zip_field field{"a/x", ""};
    field.size = field.packed = 0xffff'ffff;
    field.extra = wide_block({std::uint64_t{5} << 30, std::uint64_t{5} << 30});
    CHECK(one(field).size == std::size_t{5} << 30);
    field.header_moved = 0xffff'ffff;
    field.extra = std::string("\7\0\2\0zz", 6) + wide_block({std::uint64_t{5} << 30, std::uint64_t{5} << 30, 1234});
    CHECK(one(field).header == 1234);
    field.size = field.packed = 7;
    field.extra = wide_block({std::uint64_t{5} << 30});
    CHECK(one(field).header == std::size_t{5} << 30);
    CHECK(one(field).size == 7);
    for (const std::string& extra : {std::string(), wide_block({}), std::string("\1\0\x8\0", 4)}) {
        field.extra = extra;
        CHECK(refusal(zip_text({field})) ==
              "the zip archive has the record \"a/x\" without the ZIP64 block that it needs");
    }
}

TEST_CASE("a zip archive whose ends do not fit it is refused") {
    const auto refused = [](const zip_end& end) { return refusal(zip_text(two, end)).substr(16); };
    CHECK(refused({.disk = 1}) == "is one of several disks");
    CHECK(refused({.disks = 2}) == "is one of several disks");
    CHECK(refused({.more64_records = 1}) == "has two ends that differ: 2 and 3");
    CHECK(refused({.more_records = 1}) == "has a directory of 98 bytes, too few for 3 records");
    CHECK(refused({.more_records = -1}) == "has a directory of more than its 1 records");
    CHECK(refused({.zip64 = false, .more_records = 65'533}) == "lacks the ZIP64 record that its end refers to");
    CHECK(refused({.more_size = 1}).starts_with("has its directory at byte 106 with 99 bytes, which does not end"));
    CHECK(refused({.moved = -1}).starts_with("has its directory at byte 105 with 98 bytes, which does not end where "));
    CHECK(refused({.more_size = -1, .moved = 1}) == "has a directory that is cut off or damaged");
    CHECK(refused({.zip64 = false, .more_size = -1000}).starts_with("has its directory at byte 106 with 4294966394"));
}

TEST_CASE("a zip archive of more records than the limit is refused before they are read") {
    const zip_end end{.more64_records = 1'000'000};
    std::string text = zip_text(two, end);
    text.replace(text.size() - 14, 4, "\xff\xff\xff\xff");
    CHECK(
        refusal(text).starts_with("the zip archive has 1000002 records in a directory of 98 bytes, above the limits"));
}

TEST_CASE("a ZIP64 end that is not where it is said to be is refused") {
    const std::string text = zip_text(two);
    const auto edited = [&](std::size_t from_end, const std::string& bytes) {
        return refusal(std::string(text).replace(text.size() - from_end, bytes.size(), bytes)).substr(16);
    };
    CHECK(edited(22 + 12, std::string(8, '\xff')) ==
          "has its ZIP64 end at byte 18446744073709551615, where there is no room for it");
    CHECK(edited(22 + 12, std::string(8, '\0')) == "has no ZIP64 end at byte 0, where it should be");
    CHECK(edited(22 + 20 + 56 - 4, "\x2d").starts_with("has no ZIP64 end at byte 204"));
    CHECK(edited(22 + 20 + 56 - 4 - 12, "\1") == "is one of several disks");
}

TEST_CASE("a record that is encrypted, on another disk or of two sizes is refused") {
    const auto refused = [](auto edit) {
        zip_field field{"a/x", "12345"};
        edit(field);
        return refusal(zip_text({field})).substr(16);
    };
    for (const int bit : {0x1, 0x40, 0x2000})
        CHECK(refused([&](auto& field) { field.flags = static_cast<std::uint16_t>(bit); }) ==
              "has the record \"a/x\", which is encrypted");
    CHECK(refused([](auto& field) { field.disk = 1; }) == "has the record \"a/x\" on another disk");
    CHECK(refused([](auto& field) { field.packed = 4; }) ==
          "has the record \"a/x\" of 4 bytes, which are 5 when unpacked");
    CHECK(refused([](auto& field) { field.name = ""; }) == "has the record \"\", a name that none can have");
    CHECK(refused([](auto& field) { field.name = std::string("a\0/", 3); }) ==
          "has the record \"a\\u0000/\", a name that none can have");
    zip_field packed{"a/x", "12345"};
    packed.method = 8;
    packed.size = 1000;
    CHECK(entries(zip_text({packed})).at(0).compressed);
}
