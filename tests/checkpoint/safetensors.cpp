// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/safetensors.hpp>

#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

using namespace bouillon;

TEST_CASE("a file's tensors are found by name and give their bytes at any alignment") {
    const test::temporary_directory directory;
    const std::string header = R"({"b":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
                               R"("a":{"dtype":"F32","shape":[2],"data_offsets":[1,9]}})";
    const std::vector<float> values{1.5f, -2.0f};
    test::write_text(directory / "f", test::safetensors_text(header, "\x07" + test::stored(values)));

    const safetensors_file file(directory / "f");
    CHECK(file.tensors().size() == 2);
    REQUIRE(file.find("a"));
    REQUIRE(file.find("b"));
    CHECK(test::loaded<float>(test::bytes_of(file, *file.find("a"))) == values);
    CHECK(test::as_text(test::bytes_of(file, *file.find("b"))) == "\x07");
    CHECK(file.find("") == nullptr);
    CHECK(file.find("aa") == nullptr);
    CHECK(file.find("c") == nullptr);
}

TEST_CASE("any run of a tensor's bytes is read until the file is cut off") {
    const test::temporary_directory directory;
    test::write_tensors(directory / "f", {{{"a", dtype::u8, {3}}, "abc"}, {{"b", dtype::u8, {4}}, "0123"}});
    const safetensors_file file(directory / "f");
    std::string part(2, '?');
    const auto read = [&] { file.read(*file.find("b"), 1, std::as_writable_bytes(std::span(part))); };
    read();
    CHECK(part == "12");

    const auto size = file_size(directory / "f");
    std::filesystem::resize_file(directory / "f", size - 2);
    CHECK(test::message_of<input_error>(read) ==
          (directory / "f").string() + ": changed while tensor \"b\" was read (" + std::to_string(size - 2) +
              " bytes now, " + std::to_string(size) + " when it was opened)");
}

TEST_CASE("a file that is cut off while its header is read is an error") {
    const test::temporary_directory directory;
    test::write_tensors(directory / "f", {{{"a", dtype::u8, {3}}, "abc"}});
    const input_file file(directory / "f");
    const auto size = file_size(directory / "f");
    std::filesystem::resize_file(directory / "f", 20);
    CHECK(test::message_of<input_error>([&] { detail::read_safetensors_header(file); }) ==
          (directory / "f").string() + ": changed while the header was read (20 bytes now, " + std::to_string(size) +
              " when it was opened)");
}

TEST_CASE("a header is read once, when the file is opened") {
    const test::temporary_directory directory;
    const test::stored_tensor tensor{{"a", dtype::u8, {4}}, "data"};
    test::write_tensors(directory / "f", {tensor});
    const safetensors_file file(directory / "f");
    std::filesystem::remove(directory / "f");
    test::write_text(directory / "f", "another file");
    REQUIRE(file.find("a"));
    CHECK(test::as_text(test::bytes_of(file, *file.find("a"))) == "data");
}

TEST_CASE("an error names the file") {
    const test::temporary_directory directory;
    test::write_text(directory / "f", "");
    CHECK_THROWS_WITH_AS(safetensors_file(directory / "f"),
                         ((directory / "f").string() + ": is 0 bytes long, too short for a safetensors file").c_str(),
                         input_error);
}

TEST_CASE("a file beyond 4 GiB is read at its end") {
    const test::temporary_directory directory;
    const std::size_t size = (std::size_t{5} << 30) + 4;
    const std::string offsets = std::to_string(size - 4) + ',' + std::to_string(size);
    const std::string header = R"({"big":{"dtype":"U8","shape":[)" + std::to_string(size - 4) +
                               R"(],"data_offsets":[0,)" + std::to_string(size - 4) +
                               R"(]},"end":{"dtype":"U8","shape":[4],"data_offsets":[)" + offsets + "]}}";
    test::write_text(directory / "f", test::safetensors_text(header));
    std::filesystem::resize_file(directory / "f", 8 + header.size() + size - 4);  // a hole, which takes no space
    std::ofstream(directory / "f", std::ios::binary | std::ios::app) << "last";

    const safetensors_file file(directory / "f");
    CHECK(test::as_text(test::bytes_of(file, *file.find("end"))) == "last");
    std::string hole(2, '?');
    file.read(*file.find("big"), size - 6, std::as_writable_bytes(std::span(hole)));
    CHECK(hole == std::string(2, '\0'));
}

TEST_CASE("a checkpoint that PyTorch wrote is read") {
    const safetensors_file file(BOUILLON_EXAMPLE_DATA "/step-02400/model.safetensors");
    CHECK(file.metadata().at("format") == "pt");
    REQUIRE(file.find("lm_head.weight"));
    CHECK(file.find("lm_head.weight")->shape == std::vector<std::size_t>{1024, 96});
    CHECK(file.find("lm_head.weight")->type == dtype::bf16);
}
