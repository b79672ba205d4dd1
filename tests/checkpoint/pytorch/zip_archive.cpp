// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/pytorch/zip_archive.hpp>

#include "checkpoint/files.hpp"
#include "checkpoint/zip_text.hpp"
#include <doctest/doctest.h>

#include <optional>
#include <string>

using namespace bouillon;
using test::zip_field;
using test::zip_text;

namespace {

/// An archive in a file with something before and behind it.
class stored_archive {
 public:
    explicit stored_archive(const std::string& text) {
        test::write_text(directory_ / "f", "before" + text + "behind");
        file_.emplace(directory_ / "f");
        archive_.emplace(detail::file_part(*file_, 6, text.size()));
    }
    detail::zip_archive& operator*() { return *archive_; }
    detail::zip_archive* operator->() { return &*archive_; }

 private:
    test::temporary_directory directory_;
    std::optional<input_file> file_;
    std::optional<detail::zip_archive> archive_;
};

/// The message without the file's name.
std::string refusal(const std::vector<zip_field>& fields) {
    const std::string message = test::message_of<input_error>([&] { stored_archive archive(zip_text(fields)); });
    const auto place = message.find(": ");
    return place == message.npos ? message : message.substr(place + 2);
}

}  // namespace

TEST_CASE("a zip archive's records have their places in the file") {
    zip_field padded{"m/data/0", "0123456789"};
    padded.local_extra = std::string("FB\3\0ZZZ", 7);
    const std::string text = zip_text({{"m/data.pkl", "pickle"}, padded, {"m/data/1", ""}, {"other/x", "y"}});
    stored_archive archive(text);
    REQUIRE(archive->records().size() == 3);
    CHECK(archive->records()[0].name == "data.pkl");
    CHECK(archive->find("data.pkl")->begin == 6 + 30 + 10);
    CHECK(archive->find("data.pkl")->size == 6);
    CHECK(archive->find("data/0")->begin == 6 + text.find("0123456789"));
    CHECK(archive->find("data/1")->size == 0);
    CHECK(archive->find("x") == nullptr);
    CHECK(archive->read(*archive->find("data.pkl")) == "pickle");
    CHECK(archive->read(*archive->find("data/0")) == "0123456789");
}

TEST_CASE("the first record's prefix is that of a zip archive, with dots or without") {
    CHECK(stored_archive(zip_text({{"a.b.c/data.pkl", "p"}}))->find("data.pkl") != nullptr);
    CHECK(stored_archive(zip_text({{"a/", ""}, {"a/data.pkl", "p"}}))->find("data.pkl") != nullptr);
    CHECK(stored_archive(zip_text({{"data.pkl", "p"}}))->records().empty());
}

TEST_CASE("a large zip archive is read like a small one") {
    std::vector<zip_field> fields = {{"m/data.pkl", "pickle"}};
    for (int i = 0; i < 300; ++i) fields.push_back({"m/data/" + to_string(i), std::string(100, static_cast<char>(i))});
    stored_archive archive(zip_text(fields));
    CHECK(archive->records().size() == 301);
    for (const auto& field : fields) CHECK(archive->read(*archive->find(field.name.substr(2))) == field.content);
}

TEST_CASE("a zip archive of more than 4 GiB is read") {
    constexpr std::size_t size = std::size_t{5} << 30;
    const auto wide = [](std::initializer_list<std::uint64_t> numbers) {
        std::string block =
            "\1" + std::string(1, '\0') + test::little_endian(static_cast<std::uint16_t>(8 * numbers.size()));
        for (const auto number : numbers) block += test::little_endian(number);
        return block;
    };
    zip_field large{"m/data/0", ""}, behind{"m/version", "3\n"};
    large.flags = large.local_flags = behind.flags = behind.local_flags = 0x800;
    large.size = large.packed = 0xffff'ffff;
    large.extra = wide({size, size});
    const std::size_t header = test::zip_local_header(large).size();
    behind.header_moved = 0xffff'ffff - static_cast<std::int64_t>(header);
    behind.extra = wide({size + header});
    const std::string text = zip_text({large, behind}, {.hole = size});

    const test::temporary_directory directory;
    test::write_text(directory / "f", text.substr(0, header));
    std::filesystem::resize_file(directory / "f", header + size);  // a hole takes no room
    std::ofstream(directory / "f", std::ios::binary | std::ios::app) << text.substr(header);
    const input_file file(directory / "f");
    detail::zip_archive archive(detail::file_part(file, 0, file.size()));
    CHECK(archive.find("data/0")->begin == header);
    CHECK(archive.find("data/0")->size == size);
    CHECK(archive.read(*archive.find("version")) == "3\n");
}

TEST_CASE("TorchScript is told apart from archives that are compressed") {
    zip_field code{"m/code/x.py", "compressed"}, constants{"m/constants.pkl", "p"};
    code.method = 8;
    CHECK(refusal({{"m/data.pkl", "p"}, code, constants}) ==
          "is a TorchScript program, not a checkpoint (save its model's state_dict instead)");
    CHECK(refusal({{"m/data.pkl", "p"}, code}) ==
          "the zip archive has the record \"m/code/x.py\", which is compressed; torch.save stores records as they are");
}

TEST_CASE("a zip archive whose local headers say something else is refused") {
    const auto refused = [](auto edit) {
        zip_field field{"m/x", "12345"};
        edit(field);
        return refusal({{"m/a", "1"}, field, {"m/z", "2"}});
    };
    const std::string start = "the zip archive has the record \"m/x\"";
    CHECK(refused([](auto&) {}) == "");
    CHECK(refused([](auto& field) { field.local_name = "m/y"; }) ==
          start + ", which has another name at its beginning");
    CHECK(refused([](auto& field) { field.local_name = "m/xx"; }) ==
          start + ", which has another name at its beginning");
    CHECK(refused([](auto& field) { field.local_flags = 0x809; }) == start + ", which is encrypted");
    CHECK(refused([](auto& field) { field.local_method = 8; }) == start + ", which is compressed at its beginning");
    CHECK(refused([](auto& field) { field.header_moved = 1; }) == start + " at byte 51, where no record begins");
}

TEST_CASE("records of a zip archive that lie over one another or the directory are refused") {
    CHECK(refusal({}) == "the zip archive is empty");
    CHECK(refusal({{"m/x", "1"}, {"m/x", "1"}}) == "the zip archive has the record \"m/x\" twice");
    zip_field second{"m/y", "12"};
    second.header_moved = -50;
    CHECK(refusal({{"m/x", "1"}, second}) ==
          "the zip archive has the record \"m/y\" at byte 0, inside the one before it");
    zip_field far{"m/y", "12"};
    far.header_moved = 1'000'000;
    CHECK(refusal({{"m/x", "1"}, far}) == "the zip archive has the record \"m/y\" beyond its directory");
    zip_field large{"m/y", "12"};
    large.size = large.packed = 19;
    CHECK(
        refusal({{"m/x", "1"}, large}) ==
        "the zip archive has the record \"m/y\" of 19 bytes at byte 50, which reaches into its directory at byte 101");
    zip_field covering{"m/x", "12"};
    covering.size = covering.packed = 19;
    CHECK(refusal({covering, {"m/y", "1"}}) ==
          "the zip archive has the record \"m/y\" at byte 51, inside the one before it");
    zip_field extra{"m/y", "12"};
    extra.local_extra = std::string(10, 'x');
    CHECK(refusal({{"m/x", "1"}, extra}) == "");
}
