// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/folder/sharded_content.hpp>

#include "checkpoint/checkpoint_names.hpp"
#include <doctest/doctest.h>

using namespace bouillon;

TEST_CASE("shards are known by their numbers and pieces of tensors are none") {
    CHECK(detail::safetensors_names.is_shard("model-00001-of-00002.safetensors"));
    CHECK(detail::pytorch_names.is_shard("pytorch_model-00001-of-00002.bin"));
    for (const char* name : {"model.safetensors", "shard-00001-model-00001-of-00002.safetensors", "model-1.safetensors",
                             "pytorch_model-00001-of-00002.bin", "train-00000-of-00001.safetensors"})
        CHECK_FALSE_MESSAGE(detail::safetensors_names.is_shard(name), std::string(name));
}

TEST_CASE("each shard counts once however many tensors are in it") {
    const test::directory_of_names directory(
        {R"(model.safetensors.index.json = {"weight_map": {"a": "model-1.safetensors", "b": "model-1.safetensors"}})",
         "model-1.safetensors"});
    CHECK(detail::safetensors_in(detail::names_in(directory.path())).weights.size() == 1);
}
