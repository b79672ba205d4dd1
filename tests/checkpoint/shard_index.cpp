// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/shard_index.hpp>

#include "checkpoint/shards.hpp"
#include <doctest/doctest.h>

using namespace bouillon;
using test::refusal;

TEST_CASE("a tensor that the index forgot belongs to the checkpoint and is told") {
    const test::temporary_directory directory;
    test::write_bytes(directory / "s.safetensors", {"a", "b"});
    test::write_text(directory / "model.safetensors.index.json", R"({"weight_map":{"a":"s.safetensors"}})");
    const checkpoint opened(directory.path());
    CHECK(opened.tensors().size() == 2);
    CHECK(opened.not_in_index() == std::vector<std::string>{"b"});
    CHECK(checkpoint(directory / "s.safetensors").not_in_index().empty());
}

TEST_CASE("an index cannot lead out of its directory") {
    const test::temporary_directory directory;
    test::write_bytes(directory / "other.safetensors", {"a"});
    const auto inside = directory / "inside";
    for (const std::string shard : {"../other.safetensors", "/etc/other.safetensors", "sub/x.safetensors",
                                    "..\\\\other.safetensors", "..", ".", "", "x\\u0000.safetensors", "config.json"}) {
        test::write_text(inside / "model.safetensors.index.json", R"({"weight_map":{"a":")" + shard + "\"}}");
        CHECK(refusal(inside).find("which is not the plain name of a .safetensors file") != std::string::npos);
    }
}

TEST_CASE("an index that does not fit its shards is refused") {
    const test::temporary_directory directory;
    const auto index = directory / "model.safetensors.index.json";
    test::write_shards(directory.path());

    test::write_text(index, R"({"weight_map":{"x":"model-00002-of-00002.safetensors"}})");
    CHECK(refusal(directory.path()) == index.string() + ": tensor \"x\" is not in model-00002-of-00002.safetensors");
    test::write_text(
        index, R"({"weight_map":{"a":"model-00002-of-00002.safetensors","c":"model-00001-of-00002.safetensors"}})");
    CHECK(refusal(directory.path()) == index.string() + ": tensor \"a\" is not in model-00002-of-00002.safetensors");
    test::write_text(index, R"({"weight_map":{"a":"none.safetensors"}})");
    CHECK(refusal(directory.path()) == index.string() + ": names the shard \"none.safetensors\", which is not there");
}

TEST_CASE("an index of another form is refused") {
    const test::temporary_directory directory;
    const auto index = directory / "model.safetensors.index.json";
    for (const char* text : {"{}", R"({"weight_map":[]})", R"({"weight_map":"a"})"}) {
        test::write_text(index, text);
        CHECK(refusal(directory.path()) == index.string() + ": has no object \"weight_map\"");
    }
    test::write_text(index, R"({"weight_map":{"a":1}})");
    CHECK(refusal(directory.path()) == index.string() + ": tensor \"a\" has no file name");
    test::write_text(index, "{");
    CHECK(refusal(directory.path()) == index.string() + ": is not valid JSON in UTF-8 at byte 2");
}
