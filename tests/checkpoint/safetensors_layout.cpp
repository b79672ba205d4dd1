// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/safetensors_layout.hpp>

#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

using namespace bouillon;

TEST_CASE("a layout's header is one that the reader takes and its places are the reader's") {
    const auto layout = lay_out_safetensors(
        "f",
        {{"flags", dtype::boolean, {3}}, {"b", dtype::bf16, {2, 2}}, {"a", dtype::bf16, {1}}, {"n", dtype::i64, {}}},
        {{"format", "pt"}}, 64);
    CHECK(layout.header.size() % 64 == 0);
    CHECK(layout.data_size() == 21);
    CHECK(layout.size() == layout.header.size() + 21);
    const std::string file = layout.header + std::string(21, '\0');
    const auto read = parse_safetensors_header(test::as_bytes(file), "f");
    CHECK(read.data_begin == layout.header.size());
    CHECK(read.metadata.at("format") == "pt");
    REQUIRE(layout.tensors.size() == 4);
    std::size_t end = 0;
    for (const auto& tensor : layout.tensors) {
        const auto same = [&](const tensor_entry& other) {
            return other == tensor && other.begin == tensor.begin && other.size == tensor.size;
        };
        CHECK(std::count_if(read.tensors.begin(), read.tensors.end(), same) == 1);
        CHECK(tensor.begin == end);
        CHECK(tensor.begin % bytes(tensor.type) == 0);
        end += tensor.size;
    }
}

TEST_CASE("a file of no tensors is its header") {
    const auto layout = lay_out_safetensors("f", {});
    CHECK(layout.size() == layout.header.size());
    CHECK(parse_safetensors_header(test::as_bytes(layout.header), "f").tensors.empty());
}
