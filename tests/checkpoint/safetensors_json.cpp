// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/safetensors_json.hpp>

#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

#include <cstdint>
#include <limits>

using namespace bouillon;

namespace {

detail::header_events read(std::string_view text) { return detail::read_header_json(text, "f"); }

std::string refusal(std::string_view text) {
    return test::message_of<input_error>([&] { read(text); });
}

/// A header of one tensor "x" with these fields.
std::string tensor(std::string_view fields) { return "{\"x\":{" + std::string(fields) + "}}"; }

}  // namespace

TEST_CASE("a header's tensors and metadata are read") {
    const auto header = read(R"( {"b":{"dtype":"BF16","shape":[2,3],"data_offsets":[4,16]}, "__metadata__":{"k":"v"},
                                  "a":{"data_offsets":[0,4],"shape":[],"dtype":"F32"}} )");
    REQUIRE(header.tensors.size() == 2);
    CHECK(header.tensors[0].name == "b");
    CHECK(header.tensors[0].type == dtype::bf16);
    CHECK(header.tensors[0].shape == std::vector<std::size_t>{2, 3});
    CHECK(header.tensors[0].begin == 4);
    CHECK(header.tensors[0].size == 12);
    CHECK(header.tensors[1].shape.empty());
    CHECK(header.metadata == std::map<std::string, std::string>{{"k", "v"}});
}

TEST_CASE("white space may stand before and after the object") {
    CHECK(read("{}\r \t\n").tensors.empty());
    CHECK(read("\r \t\n{}").tensors.empty());
}

TEST_CASE("every type of the format is known by its exact name") {
    for (std::size_t i = 0; i < detail::dtype_table.size(); ++i) {
        const std::string name(detail::dtype_table[i].name);
        const auto header = read(tensor("\"dtype\":\"" + name + R"(","shape":[0],"data_offsets":[0,0])"));
        CHECK(header.tensors[0].type == static_cast<dtype>(i));
    }
    CHECK(refusal(tensor(R"("dtype":"f32","shape":[],"data_offsets":[0,4])")) ==
          "f: tensor \"x\" has unknown dtype \"f32\"");
    CHECK(refusal(tensor(R"("dtype":"","shape":[],"data_offsets":[0,4])")) == "f: tensor \"x\" has unknown dtype \"\"");
}

TEST_CASE("integers are exact to 64 bits") {
    const auto header = read(tensor(R"("dtype":"U8","shape":[9007199254740993,18446744073709551615],)"
                                    R"("data_offsets":[9223372036854775809,18446744073709551615])"));
    CHECK(header.tensors[0].shape == std::vector<std::size_t>{9007199254740993u, ~std::size_t{0}});
    CHECK(header.tensors[0].begin == 9223372036854775809u);
    CHECK(header.tensors[0].size == 9223372036854775806u);
}

TEST_CASE("a number that is no 64-bit integer is refused") {
    for (const char* number : {"1.0", "1e3", "99999999999999999999", "18446744073709551616"})
        CHECK(refusal(tensor(R"("dtype":"U8","data_offsets":[0,1],"shape":[)" + std::string(number) + "]")) ==
              "f: tensor \"x\" has a number that is no 64-bit integer in its field \"shape\"");
    for (const char* number : {"-1", "-0"})
        CHECK(refusal(tensor(R"("dtype":"U8","shape":[],"data_offsets":[0,)" + std::string(number) + "]")) ==
              "f: tensor \"x\" has a negative number in its field \"data_offsets\"");
    for (const char* number : {"01", "+1", "0x1", "NaN", "1e999"})
        CHECK_THROWS_AS(read(tensor(R"("dtype":"U8","data_offsets":[0,1],"shape":[)" + std::string(number) + "]")),
                        input_error);
}

TEST_CASE("data_offsets are two numbers in order") {
    CHECK(refusal(tensor(R"("dtype":"U8","shape":[],"data_offsets":[1])")) ==
          "f: tensor \"x\" has 1 numbers in its data_offsets, not 2");
    CHECK(refusal(tensor(R"("dtype":"U8","shape":[],"data_offsets":[0,1,2])")) ==
          "f: tensor \"x\" has 3 numbers in its data_offsets, not 2");
    CHECK(refusal(tensor(R"("dtype":"U8","shape":[],"data_offsets":[5,4])")) ==
          "f: tensor \"x\" ends at byte 4, before it begins at byte 5");
}

TEST_CASE("a tensor has each of its fields once") {
    CHECK(refusal(tensor(R"("shape":[],"data_offsets":[0,1])")) == "f: tensor \"x\" has no dtype");
    CHECK(refusal(tensor(R"("dtype":"U8","data_offsets":[0,1])")) == "f: tensor \"x\" has no shape");
    CHECK(refusal(tensor(R"("dtype":"U8","shape":[])")) == "f: tensor \"x\" has no data_offsets");
    CHECK(refusal(tensor(R"("dtype":"U8","dtype":"I8","shape":[],"data_offsets":[0,1])")) ==
          "f: tensor \"x\" has the field \"dtype\" twice");
    CHECK(refusal(tensor(R"("dtype":"U8","shape":[1],"shape":[1],"data_offsets":[0,1])")) ==
          "f: tensor \"x\" has the field \"shape\" twice");
    CHECK(refusal(tensor(R"("dtype":"U8","shape":[],"data_offsets":[0,1],"data_offsets":[0,1])")) ==
          "f: tensor \"x\" has the field \"data_offsets\" twice");
}

TEST_CASE("a field of another kind than the format says is refused") {
    for (const char* wrong : {"null", "true", "1", "[\"U8\"]", "{}"})
        CHECK_THROWS_AS(read(tensor(R"("shape":[],"data_offsets":[0,1],"dtype":)" + std::string(wrong))), input_error);
    for (const char* wrong : {"null", "1", "\"1\"", "{\"0\":1}", "[[1]]", "[null]", "[\"1\"]", "[true]", "[{}]"}) {
        CHECK_THROWS_AS(read(tensor(R"("dtype":"U8","data_offsets":[0,1],"shape":)" + std::string(wrong))),
                        input_error);
        CHECK_THROWS_AS(read(tensor(R"("dtype":"U8","shape":[],"data_offsets":)" + std::string(wrong))), input_error);
    }
}

TEST_CASE("an array in the place of an object is refused") {
    CHECK(refusal("[]") == "f: header does not begin with {");
    CHECK(refusal(R"({"x":["U8",[1],[0,1]]})") == "f: header has an array for \"x\", not an object");
    CHECK(refusal(R"({"__metadata__":[]})") == "f: header has an array for \"__metadata__\", not an object");
    CHECK(refusal(R"({"x":1})") == "f: header has a number for \"x\", not an object");
    CHECK(refusal(R"({"x":null})") == "f: header has null for \"x\", not an object");
}

TEST_CASE("unknown fields of a tensor are ignored whatever they hold") {
    const auto header = read(tensor(R"("note":{"dtype":[1.5,{"shape":null}],"a":-1},"dtype":"U8","more":"text",)"
                                    R"("shape":[],"flags":[[true]],"data_offsets":[0,1],"note":null)"));
    REQUIRE(header.tensors.size() == 1);
    CHECK(header.tensors[0].type == dtype::u8);
    CHECK(header.tensors[0].shape.empty());
    CHECK(header.tensors[0].size == 1);
}

TEST_CASE("nesting is limited") {
    const auto nested = [](std::size_t depth) {
        return tensor(R"("dtype":"U8","shape":[],"data_offsets":[0,1],"note":)" + std::string(depth, '[') +
                      std::string(depth, ']'));
    };
    CHECK(refusal(nested(125)) == "");
    CHECK(refusal(nested(126)) == "f: tensor \"x\" is nested 128 levels deep");
    CHECK(refusal(nested(1'000'000)) == "f: tensor \"x\" is nested 128 levels deep");
    CHECK_THROWS_AS(read("{\"x\":" + std::string(1'000'000, '{')), input_error);
}

TEST_CASE("metadata is a map of strings that appears once") {
    CHECK(read(R"({"__metadata__":{}})").metadata.empty());
    CHECK(read(R"({"__metadata__":null})").metadata.empty());
    CHECK(refusal(R"({"__metadata__":{"a":1}})") == "f: header has a number for metadata \"a\", not a string");
    CHECK(refusal(R"({"__metadata__":{"a":null}})") == "f: header has null for metadata \"a\", not a string");
    CHECK(refusal(R"({"__metadata__":{"a":{}}})") == "f: header has an object for metadata \"a\", not a string");
    CHECK(refusal(R"({"__metadata__":{},"__metadata__":{}})") == "f: header has __metadata__ twice");
    CHECK(refusal(R"({"__metadata__":null,"__metadata__":{}})") == "f: header has __metadata__ twice");
    CHECK(refusal(R"({"__metadata__":{"a":"1","a":"2"}})") == "f: header metadata has \"a\" twice");
}

TEST_CASE("text that is not one JSON object in UTF-8 is refused") {
    CHECK(refusal("") == "f: header does not begin with {");
    CHECK(refusal("   ") == "f: header does not begin with {");
    CHECK(refusal("\xff") == "f: header does not begin with {");
    CHECK(refusal("\xef\xbb\xbf{}") == "f: header does not begin with {");  // a byte order mark
    CHECK(refusal("{") == "f: header is not valid JSON in UTF-8 at byte 2");
    CHECK(refusal("{}{}") == "f: header is not valid JSON in UTF-8 at byte 3");
    CHECK(refusal("{} \xff") == "f: header is not valid JSON in UTF-8 at byte 4");
    CHECK(refusal(std::string_view("{}\0", 3)) == "f: header is not valid JSON in UTF-8 at byte 3");
    CHECK(refusal("{\"\xff\":null}") == "f: header is not valid JSON in UTF-8 at byte 3");
    CHECK(refusal("{\"\xc0\xaf\":null}") == "f: header is not valid JSON in UTF-8 at byte 3");  // overlong
    CHECK(refusal("{/**/}") == "f: header is not valid JSON in UTF-8 at byte 2");
    CHECK_THROWS_AS(read(R"({"a":null,})"), input_error);
    CHECK_THROWS_AS(read(R"({'a':null})"), input_error);
}

TEST_CASE("a name is any valid text but one with a NUL") {
    const std::string fields = R"(":{"dtype":"U8","shape":[],"data_offsets":[0,1]}})";
    CHECK(read("{\"../a/b\\\\c" + fields).tensors[0].name == "../a/b\\c");
    CHECK(read("{\"" + fields).tensors[0].name.empty());
    CHECK(read("{\"\\u00e9\\ud83d\\ude00" + fields).tensors[0].name == "\xc3\xa9\xf0\x9f\x98\x80");
    CHECK(refusal("{\"a\\u0000b" + fields) == "f: header has the name \"a\\u0000b\", which holds a NUL");
    CHECK_THROWS_AS(read("{\"\\ud800" + fields), input_error);  // a surrogate without its other half
    CHECK_THROWS_AS(read("{\"\\udc00\\ud800" + fields), input_error);
}
