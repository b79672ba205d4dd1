// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge/shards.hpp>

#include <doctest/doctest.h>

using namespace bouillon;
using detail::shard;

namespace {

std::vector<shard> split(const std::vector<std::size_t>& sizes, std::size_t limit) {
    return detail::split_into_shards(sizes, limit);
}

}  // namespace

TEST_CASE("shards are filled in order up to the limit") {
    CHECK(split({3, 4, 3, 1}, 7) == std::vector<shard>{{0, 1}, {2, 3}});
    CHECK(split({3, 4, 3, 1}, 6) == std::vector<shard>{{0}, {1}, {2, 3}});
    CHECK(split({3, 4, 3, 1}, 11) == std::vector<shard>{{0, 1, 2, 3}});
}

TEST_CASE("a tensor larger than the limit has a shard of its own") {
    CHECK(split({1, 9, 1}, 4) == std::vector<shard>{{0}, {1}, {2}});
    CHECK(split({9, 0, 1}, 4) == std::vector<shard>{{0}, {1, 2}});
}

TEST_CASE("without a limit or without tensors there is one shard") {
    CHECK(split({5, 6}, 0) == std::vector<shard>{{0, 1}});
    CHECK(split({}, 4) == std::vector<shard>{{}});
}

TEST_CASE("shards are named and indexed as Hugging Face's tools do") {
    CHECK(detail::shard_name(2, 13) == "model-00002-of-00013.safetensors");
    const std::vector<checkpoint_tensor> tensors{{"a", dtype::f32, {}}, {"b \"q\"", dtype::f32, {}}};
    const std::vector<shard> shards{{0}, {1}};
    const std::vector<std::string> files{"one", "two"};
    CHECK(detail::shard_index(tensors, shards, files, 8) ==
          "{\n  \"metadata\": {\n    \"total_size\": 8\n  },\n  \"weight_map\": {\n    \"a\": \"one\",\n"
          "    \"b \\\"q\\\"\": \"two\"\n  }\n}\n");
}
