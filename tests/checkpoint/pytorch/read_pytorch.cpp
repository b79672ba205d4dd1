// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/pytorch/read_pytorch.hpp>

#include <bouillon/checkpoint/checkpoint.hpp>
#include <bouillon/checkpoint/safetensors.hpp>

#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

using namespace bouillon;

namespace {

const std::filesystem::path data = BOUILLON_TEST_DATA "/torch";

}  // namespace

TEST_CASE("a file of torch.save becomes tensors of one block each, in one open file") {
    const auto contents = detail::read_pytorch(data / "views.pt");
    REQUIRE(contents.tensors.size() > 1);
    for (const auto& tensor : contents.tensors) {
        REQUIRE(tensor.blocks.size() == 1);
        CHECK(tensor.blocks[0].file == contents.tensors[0].blocks[0].file);
        CHECK(tensor.blocks[0].shape == tensor.description.shape);
    }
}

TEST_CASE("values of a state dict that are no tensors are counted as left out") {
    CHECK(detail::read_pytorch(data / "small.pt").left_out == left_out_values{});
    CHECK(detail::read_pytorch(data / "megatron.pt").left_out == left_out_values{0, 1});
}

TEST_CASE("tensors beside the state dict are told of") {
    CHECK(detail::read_pytorch(data / "small.pt").notes.empty());
    const auto path = data / "megatron.pt";
    CHECK(detail::read_pytorch(path).notes ==
          std::vector{path.string() + ": 2 tensors beside the state dict under \"model\" are not read"});
}

TEST_CASE("a checkpoint of torch.save has the bytes that torch reads, however its tensors lie") {
    for (const std::string name :
         {"types", "views", "wrapped", "megatron", "legacy_types", "legacy_views", "torch_1_13"}) {
        CAPTURE(name);
        const checkpoint opened(data, detail::read_pytorch(data / (name + ".pt")));
        const safetensors_file expected(data / (name + ".safetensors"));
        REQUIRE(opened.tensors().size() == expected.tensors().size());
        for (std::size_t i = 0; i < opened.tensors().size(); ++i) {
            const tensor_entry* entry = expected.find(opened.tensors()[i].name);
            REQUIRE(entry != nullptr);
            CHECK(opened.tensors()[i] == *entry);
            CHECK(test::bytes_of(opened, i) == test::bytes_of(expected, *entry));
        }
    }
}
