// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/read_safetensors.hpp>

#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

using namespace bouillon;

TEST_CASE("each tensor of a safetensors file is one block of the file that holds it") {
    const test::temporary_directory directory;
    test::write_tensors(directory / "f", {{{"a", dtype::u8, {3}}, "abc"}, {{"b", dtype::u16, {1, 2}}, "defg"}});
    const auto tensors = detail::read_safetensors(directory / "f").tensors;
    const std::string file = test::read_text(directory / "f");
    REQUIRE(tensors.size() == 2);
    CHECK(tensors[1].description == checkpoint_tensor{"b", dtype::u16, {1, 2}});
    REQUIRE(tensors[1].blocks.size() == 1);
    const auto& block = tensors[1].blocks[0];
    CHECK(block.file->path() == directory / "f");
    CHECK(file.substr(block.begin, 4) == "defg");
    CHECK(block.shape == tensors[1].description.shape);
    CHECK(block.strides.empty());
    CHECK(tensors[0].blocks[0].file == block.file);
}
