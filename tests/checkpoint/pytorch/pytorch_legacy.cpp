// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/pytorch/pytorch_legacy.hpp>

#include "checkpoint/files.hpp"
#include "checkpoint/pickle_text.hpp"
#include "checkpoint/zip_text.hpp"
#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

using namespace bouillon;
using namespace test::pickle;

namespace {

const std::string magic = "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.";

/// What a file of the former format consists of.
struct legacy_parts {
    std::string version = whole(number(1001));
    std::string machine = whole(dict({{"little_endian", yes}}));
    std::string object = whole(tensor({2, 3}, {3, 1}));
    std::string keys = whole(list({text("0")}));
    std::string storages = test::little_endian<std::int64_t>(6) + std::string(24, 'd');

    std::string file() const { return magic + version + machine + object + keys + storages; }
};

/// Where the tensor that is the object begins.
std::size_t place(const legacy_parts& parts) {
    const test::temporary_directory directory;
    test::write_text(directory / "f", parts.file());
    const input_file file(directory / "f");
    const detail::pytorch_legacy_file opened(file);
    CHECK(opened.file() == file.path().string());
    return opened.place(detail::pytorch_tensor_reader(opened.values(), "a", "f").read(opened.root())).begin;
}

std::string refusal(const legacy_parts& parts) {
    const std::string message = test::message_of<input_error>([&] { place(parts); });
    const auto end = message.find(": ");
    return end == message.npos ? message : message.substr(end + 2);
}

}  // namespace

TEST_CASE("a file of torch.save's former format is known by its first pickle, of any protocol") {
    CHECK(detail::begins_legacy_file(magic + "and more"));
    CHECK(detail::begins_legacy_file("\x80\x04\x95\x0d" + std::string(7, '\0') + magic.substr(2)));
    CHECK_FALSE(detail::begins_legacy_file(magic.substr(0, 14)));
    CHECK_FALSE(detail::begins_legacy_file("\x80\x02N."));
    CHECK_FALSE(detail::begins_legacy_file(magic.substr(2)));
    CHECK_FALSE(detail::begins_legacy_file(""));
    std::string other = magic;
    other[5] = 'x';
    CHECK_FALSE(detail::begins_legacy_file(other));
}

TEST_CASE("storages of the former format follow one another") {
    const legacy_parts parts;
    CHECK(place(parts) == parts.file().size() - 24);
    const std::string second = tensor({2}, {1}, 0, storage("torch HalfStorage", "1", 2));
    legacy_parts two;
    two.object = whole(dict({{"unused", second}}) + '0' + tensor({2, 3}, {3, 1}));
    two.keys = whole(list({text("1"), text("0")}));
    two.storages = test::little_endian<std::int64_t>(2) + "xxxx" + parts.storages;
    CHECK(place(two) == two.file().size() - 24);
}

TEST_CASE("a tensor over a part of a storage begins where the part does") {
    const auto viewed = tuple({text("storage"), global("torch FloatStorage"), text("0"), text("cpu"), number(6),
                               tuple({text("1"), number(2), number(4)})}) +
                        'Q';
    legacy_parts parts;
    parts.object = whole(tensor({3}, {1}, 1, viewed));
    CHECK(place(parts) == parts.file().size() - 24 + 12);
    parts.object = whole(tensor({4}, {1}, 1, viewed));
    CHECK(refusal(parts).ends_with("reaches beyond its storage of 4 elements"));
}

TEST_CASE("pickles of the former format that are longer than what is read at first are read on") {
    legacy_parts parts;
    parts.machine = whole(text(std::string(300'000, 'x')));
    CHECK(place(parts) == parts.file().size() - 24);
    parts.storages = parts.keys = "";
    CHECK(refusal(parts).starts_with("the pickle is cut off"));
}

TEST_CASE("a file of the former format that is not as it should be is refused") {
    const auto with = [](auto edit) {
        legacy_parts parts;
        edit(parts);
        return refusal(parts);
    };
    CHECK(with([](auto& parts) { parts.version = whole(number(1002)); }) ==
          "is of another version than 1001 of torch.save's former format");
    CHECK(with([](auto& parts) { parts.keys = whole(number(0)); }) == "has no list of its storages");
    CHECK(with([](auto& parts) { parts.keys = whole(list({number(0)})); }) == "has a storage whose key is no text");
    CHECK(with([](auto& parts) { parts.keys = whole(list({text("1")})); }) ==
          "has the storage \"1\", of which nothing is known");
    CHECK(with([](auto& parts) {
              parts.keys = whole(list({text("0"), text("0")}));
              parts.storages += parts.storages;
          }) == "has the storage \"0\" twice");
    CHECK(with([](auto& parts) { parts.keys = whole(list({})), parts.storages = ""; }) == "lacks the storage \"0\"");
    CHECK(with([](auto& parts) { parts.storages += 'x'; }).find(" bytes, but its storages end at ") !=
          std::string::npos);
    CHECK(with([](auto& parts) {
              parts.storages.pop_back();
          }).starts_with("is cut off: the storage \"0\" of 24 bytes begins at byte "));
    for (const std::int64_t elements : {std::int64_t{5}, std::int64_t{-6}, (std::int64_t{1} << 62) + 6})
        CHECK(with([&](auto& parts) {
                  parts.storages.replace(0, 8, test::little_endian(elements));
              }).ends_with(" elements in the storage \"0\", where 6 are expected"));
    CHECK(with([](auto& parts) {
              parts.object =
                  whole(tensor({2}, {1}, 0, storage("torch HalfStorage", "0", 6)) + '0' + tensor({2, 3}, {3, 1}));
          }) == "says of the storage \"0\" that it has 6 elements of 2 bytes, and 6 of 4");
    CHECK(with([](auto& parts) {
              parts.object = whole(
                  call("torch._utils _rebuild_tensor_v3", {storage("torch.storage UntypedStorage", "0", 24), number(0),
                                                           sizes({2}), sizes({1}), no, hooks, global("torch uint16")}));
              parts.storages.replace(0, 8, test::little_endian<std::int64_t>(24));
          }) == "tensor \"a\" has a storage without a type, which no file of this form can have");
}
