// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/safetensors_writer.hpp>
#include <bouillon/checkpoint/safetensors.hpp>

#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

using namespace bouillon;

namespace {

std::uint64_t header_size(const std::string& file) {
    std::uint64_t size = 0;
    std::memcpy(&size, file.data(), sizeof(size));
    return size;
}

}  // namespace

TEST_CASE("the bytes of a file are those that the format's own writer gives") {
    const test::temporary_directory directory;
    test::write_tensors(directory / "f", {{{"a", dtype::u8, {2}}, "uu"},
                                          {{"z", dtype::f32, {1, 1}}, "ffff"},
                                          {{"b", dtype::f32, {}}, "gggg"},
                                          {{"e", dtype::i64, {0}}, ""}});
    // By descending type, then name; compact; padded with spaces to 8 bytes.
    const std::string header =
        R"({"__metadata__":{"format":"pt"},"e":{"dtype":"I64","shape":[0],"data_offsets":[0,0]},)"
        R"("b":{"dtype":"F32","shape":[],"data_offsets":[0,4]},)"
        R"("z":{"dtype":"F32","shape":[1,1],"data_offsets":[4,8]},)"
        R"("a":{"dtype":"U8","shape":[2],"data_offsets":[8,10]}})";
    const std::string padded = header + std::string((8 - header.size() % 8) % 8, ' ');
    CHECK(test::read_text(directory / "f") == test::safetensors_text(padded, "ggggffffuu"));
}

TEST_CASE("what is written is read back") {
    const test::temporary_directory directory;
    const std::string name = "a \"quoted\" name, \\ and \xc3\xa9 \x1f";
    std::vector<test::stored_tensor> tensors{{{name, dtype::f32, {1}}, "1234"}};
    for (std::size_t i = 0; i < detail::dtype_table.size(); ++i) {
        const auto type = static_cast<dtype>(i);
        tensors.push_back(
            {{std::string(to_string(type)), type, {2, 4}}, std::string(bits(type), static_cast<char>(i))});
    }
    const std::map<std::string, std::string> metadata{{"b", "\n\xe2\x82\xac"}, {"a", ""}};
    test::write_tensors(directory / "f", tensors, metadata);

    const safetensors_file file(directory / "f");
    CHECK(file.metadata() == metadata);
    REQUIRE(file.tensors().size() == tensors.size());
    for (const auto& expected : tensors) {
        const auto* const found = file.find(expected.tensor.name);
        REQUIRE(found);
        CHECK(static_cast<const checkpoint_tensor&>(*found) == expected.tensor);
        CHECK(test::as_text(test::bytes_of(file, *found)) == expected.bytes);
        if (bits(found->type) >= 8) CHECK(found->begin % bytes(found->type) == 0);  // aligned to its own elements
    }
}

TEST_CASE("a file of nothing is valid") {
    const test::temporary_directory directory;
    test::write_tensors(directory / "f", {}, {});
    CHECK(test::read_text(directory / "f") == test::safetensors_text("{}      "));
}

TEST_CASE("the data begins where the caller wants it aligned") {
    const test::temporary_directory directory;
    for (const std::size_t alignment : {8, 64, 4096}) {
        const auto path = directory / std::to_string(alignment);
        safetensors_writer writer(path, {{"a", dtype::u8, {1}}}, {}, alignment);
        writer.append(test::as_bytes("x"));
        writer.close();
        CHECK((8 + header_size(test::read_text(path))) % alignment == 0);
        CHECK(safetensors_file(path).tensors().size() == 1);
    }
}

TEST_CASE("the same content gives the same bytes in whatever order it was given") {
    const test::temporary_directory directory;
    const test::stored_tensor a{{"a", dtype::f32, {1}}, "aaaa"};
    const test::stored_tensor b{{"b", dtype::f32, {1}}, "bbbb"};
    test::write_tensors(directory / "1", {a, b}, {{"x", "1"}, {"y", "2"}});
    test::write_tensors(directory / "2", {b, a}, {{"y", "2"}, {"x", "1"}});
    CHECK(test::read_text(directory / "1") == test::read_text(directory / "2"));
}

TEST_CASE("what the reader would refuse is not written and creates no file") {
    const test::temporary_directory directory;
    const auto refusal = [&](std::vector<checkpoint_tensor> tensors) {
        return test::message_of<input_error>([&] { safetensors_writer(directory / "f", std::move(tensors)); });
    };
    const checkpoint_tensor a{"a", dtype::u8, {1}};
    CHECK(refusal({a, a}).ends_with("cannot hold two entries of the name \"a\""));
    CHECK(refusal({{"__metadata__", dtype::u8, {1}}}).ends_with("two entries of the name \"__metadata__\""));
    CHECK(refusal({{std::string("a\0b", 3), dtype::u8, {1}}}).ends_with("holds a NUL"));
    CHECK(refusal({{"\xff", dtype::u8, {1}}}).find("not UTF-8") != std::string::npos);
    CHECK(refusal({{"a", dtype::f4, {3}}}).ends_with("does not fill whole bytes"));
    std::vector<checkpoint_tensor> many;
    for (int i = 0; i < 16; ++i) many.push_back({std::to_string(i), dtype::u8, {std::size_t{1} << 60}});
    CHECK(refusal(many).ends_with("need more than 2^64 bytes"));
    CHECK_FALSE(exists(directory / "f"));
}

TEST_CASE("a header above the limit of the format is refused") {
    const test::temporary_directory directory;
    const std::map<std::string, std::string> metadata{{"long", std::string(safetensors_header_limit, 'x')}};
    CHECK_THROWS_AS(safetensors_writer(directory / "f", {}, metadata), input_error);
    CHECK_FALSE(exists(directory / "f"));
}

TEST_CASE("every tensor is to be appended whole and none twice") {
    const test::temporary_directory directory;
    safetensors_writer writer(directory / "f", {{"a", dtype::u8, {2}}});
    CHECK_THROWS_AS(writer.close(), input_error);
    CHECK_THROWS_WITH_AS(writer.append(test::as_bytes("1")), "tensor 0 of 1 to write needs 2 bytes, not 1",
                         input_error);
    writer.append(test::as_bytes("12"));
    CHECK_THROWS_AS(writer.append({}), input_error);
    writer.close();
}
