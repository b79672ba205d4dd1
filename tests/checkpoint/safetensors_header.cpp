// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/safetensors_header.hpp>

#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

#include <random>

using namespace bouillon;

namespace {

safetensors_header parse(std::string_view file) { return parse_safetensors_header(test::as_bytes(file), "f"); }

std::string refusal(std::string_view file) {
    return test::message_of<input_error>([&] { parse(file); });
}

std::string entry(std::string_view name, std::string_view type, std::string_view shape, std::string_view offsets) {
    std::string text;
    return text.append("\"")
        .append(name)
        .append("\":{\"dtype\":\"")
        .append(type)
        .append("\",\"shape\":[")
        .append(shape)
        .append("],\"data_offsets\":[")
        .append(offsets)
        .append("]}");
}

/// A file of one tensor "x" and data of `size` bytes.
std::string one_tensor(std::string_view type, std::string_view shape, std::string_view offsets, std::size_t size) {
    return test::safetensors_text('{' + entry("x", type, shape, offsets) + '}', std::string(size, 'd'));
}

}  // namespace

TEST_CASE("tensors come sorted by name with their places") {
    const auto header = parse(
        test::safetensors_text('{' + entry("b", "U8", "2", "0,2") + ',' + entry("a", "U8", "3", "2,5") + '}', "bbaaa"));
    REQUIRE(header.tensors.size() == 2);
    CHECK(header.tensors[0].name == "a");
    CHECK(header.tensors[0].begin == 2);
    CHECK(header.tensors[0].size == 3);
    CHECK(header.tensors[1].name == "b");
    CHECK(header.data_begin % 2 == 1);  // any alignment is read
}

TEST_CASE("a file that ends before its header is refused") {
    CHECK(refusal("") == "f: is 0 bytes long, too short for a safetensors file");
    CHECK(refusal("\x3c\0\0\0\0\0\0") == "f: is 1 bytes long, too short for a safetensors file");
    CHECK(refusal(std::string_view("\x3c\0\0\0\0\0\0\0", 8)) == "f: header of 60 bytes is cut off: the file has 8");
    std::string edited = one_tensor("I32", "1", "0,4", 4);
    edited.replace(0, 2, "\xe8\x03");  // the length becomes 1000
    CHECK(refusal(edited).starts_with("f: header of 1000 bytes is cut off"));
}

TEST_CASE("a header above the limit is refused before it is looked for") {
    CHECK(refusal(std::string_view("\x3c\0\0\0\0\xff\xff\xff", 8))
              .starts_with("f: header of 18446742974197923900 bytes is larger than the limit of 100000000"));
    CHECK(
        refusal(std::string_view("\x01\xe1\xf5\x05\0\0\0\0", 8)).starts_with("f: header of 100000001 bytes is larger"));
    CHECK(refusal(std::string_view("\x00\xe1\xf5\x05\0\0\0\0", 8)) ==
          "f: header of 100000000 bytes is cut off: the file has 8");
    CHECK(refusal(std::string(8, '\xff')).starts_with("f: header of 18446744073709551615 bytes is larger"));
}

TEST_CASE("a header that is no JSON object is refused") {
    CHECK(refusal(test::safetensors_text("\xff")) == "f: header does not begin with {");
    CHECK(refusal(test::safetensors_text("{")) == "f: header is not valid JSON in UTF-8 at byte 2");
    CHECK(refusal(test::safetensors_text("")) == "f: header does not begin with {");
}

TEST_CASE("a file of no tensors is valid") {
    CHECK(parse(test::safetensors_text("{}\r \t\n")).tensors.empty());
    CHECK(parse(test::safetensors_text("\r \t\n{}")).tensors.empty());
    CHECK(parse(test::safetensors_text("{}")).data_begin == 10);
}

TEST_CASE("the data is exactly what the tensors need") {
    CHECK(refusal(one_tensor("I32", "2,2", "0,16", 16)) == "");
    CHECK(refusal(one_tensor("I32", "2,2", "0,16", 17)) == "f: has 17 bytes of data, but its tensors need 16");
    CHECK(refusal(one_tensor("I32", "2,2", "0,16", 14)) == "f: has 14 bytes of data, but its tensors need 16");
    CHECK(refusal(one_tensor("U8", "4194304", "0,4194304", 1)) ==
          "f: has 1 bytes of data, but its tensors need 4194304");
    CHECK(refusal(test::safetensors_text("{}", "x")) == "f: has 1 bytes of data, but its tensors need 0");
}

TEST_CASE("tensors follow one another without a gap or an overlap") {
    CHECK(refusal(one_tensor("U8", "4", "1,5", 5)) ==
          "f: tensor \"x\" begins at byte 1 of the data, but the tensor before it ends at 0");
    const auto two = [](std::string_view first, std::string_view second, std::size_t size) {
        return test::safetensors_text('{' + entry("a", "U8", "4", first) + ',' + entry("b", "U8", "4", second) + '}',
                                      std::string(size, 'd'));
    };
    CHECK(refusal(two("0,4", "4,8", 8)) == "");
    CHECK(refusal(two("4,8", "0,4", 8)) == "");
    CHECK(refusal(two("0,4", "5,9", 9)) ==
          "f: tensor \"b\" begins at byte 5 of the data, but the tensor before it ends at 4");
    CHECK(refusal(two("0,4", "3,7", 7)) ==
          "f: tensor \"b\" begins at byte 3 of the data, but the tensor before it ends at 4");
    CHECK(refusal(two("0,4", "18446744073709551612,18446744073709551615", 8)).starts_with("f: tensor \"b\" begins at"));
}

TEST_CASE("many tensors on one region are refused without reading any") {
    for (const std::size_t count : {10, 100'000}) {
        std::string header = "{";
        for (std::size_t i = 0; i < count; ++i)
            header += entry("weight_" + std::to_string(i), "F32", "2,2", "0,16") + (i + 1 < count ? "," : "}");
        CHECK(refusal(test::safetensors_text(header, std::string(16, 'd'))) ==
              "f: tensor \"weight_1\" begins at byte 0 of the data, but the tensor before it ends at 16");
    }
}

TEST_CASE("a tensor has the bytes that its type and shape need") {
    CHECK(refusal(one_tensor("I32", "2,2", "0,4", 4)) ==
          "f: tensor \"x\" has 4 bytes, but its type and shape (I32 [2, 2]) need 16");
    CHECK(refusal(one_tensor("I32", "", "0,4", 4)) == "");
    CHECK(refusal(one_tensor("I32", "2,0", "0,0", 0)) == "");
    CHECK(refusal(one_tensor("I32", "", "0,0", 0)) ==
          "f: tensor \"x\" has 0 bytes, but its type and shape (I32 []) need 4");
    CHECK(refusal(one_tensor("F4", "1,2", "0,1", 1)) == "");
    CHECK(refusal(one_tensor("F4", "1,2", "0,2", 2)) ==
          "f: tensor \"x\" has 2 bytes, but its type and shape (F4 [1, 2]) need 1");
    CHECK(refusal(one_tensor("F4", "1,3", "0,1", 1)) ==
          "f: tensor \"x\" of shape [1, 3] and type F4 does not fill whole bytes");
}

TEST_CASE("a shape beyond 64 bits is refused and not wrapped around") {
    CHECK(refusal(one_tensor("I32", "2,18446744073709551614", "0,16", 16)) ==
          "f: tensor \"x\" of shape [2, 18446744073709551614] and type I32 has more than 2^64 elements");
    CHECK(refusal(one_tensor("I32", "2,9223372036854775807", "0,16", 16)) ==
          "f: tensor \"x\" of shape [2, 9223372036854775807] and type I32 has more than 2^64 bits");
}

TEST_CASE("a name that appears twice is refused even where the regions fit") {
    CHECK(refusal(test::safetensors_text('{' + entry("a", "U8", "1", "0,1") + ',' + entry("b", "U8", "1", "1,2") + ',' +
                                             entry("a", "U8", "1", "2,3") + '}',
                                         "123")) == "f: header has tensor \"a\" twice");
}

TEST_CASE("empty tensors may share a place with each other and with a full one") {
    CHECK(refusal(test::safetensors_text('{' + entry("full", "U8", "1", "0,1") + ',' + entry("e1", "F32", "0", "0,0") +
                                             ',' + entry("e2", "F32", "0", "1,1") + ',' +
                                             entry("e3", "F32", "0", "1,1") + '}',
                                         "1")) == "");
}

TEST_CASE("a million tensors are read") {
    constexpr std::size_t count = 1'000'000;
    std::string header = "{";
    for (std::size_t i = 0; i < count; ++i) {
        const std::string begin = std::to_string(i);
        header += entry(begin, "U8", "", begin + ',' + std::to_string(i + 1)) + (i + 1 < count ? "," : "}");
    }
    CHECK(parse(test::safetensors_text(header, std::string(count, 'd'))).tensors.size() == count);
}

TEST_CASE("a damaged file is refused or read within its bounds") {
    const std::string valid =
        test::safetensors_text(R"({"__metadata__":{"format":"pt"},)" + entry("a", "F32", "2,3", "0,24") + ',' +
                                   entry("b", "F4", "4", "24,26") + "}  ",
                               std::string(26, 'd'));
    REQUIRE(parse(valid).tensors.size() == 2);
    const std::string_view pieces = "0123456789{}[]\",:\\ue-.nt\xff";
    std::mt19937 random(1);
    int accepted = 0;
    for (int round = 0; round < 20'000; ++round) {
        std::string damaged = valid;
        for (auto change = random() % 3 + 1; change > 0; --change) {
            const auto at = random() % damaged.size();
            switch (random() % 4) {
                case 0:
                    damaged[at] = static_cast<char>(random());
                    break;
                case 1:
                    damaged[at] = pieces[random() % pieces.size()];
                    break;
                case 2:
                    damaged.erase(at, random() % 4);
                    break;
                default:
                    damaged.insert(at, 1, pieces[random() % pieces.size()]);
            }
        }
        try {
            const auto header = parse(damaged);
            ++accepted;
            for (const auto& tensor : header.tensors)
                if (header.data_begin + tensor.begin + tensor.size > damaged.size())
                    FAIL("out of bounds in round " << round);
        } catch (const input_error&) {
        }
    }
    CHECK(accepted > 100);  // changes of a name, of the data, of padding
    CHECK(accepted < 10'000);
}
