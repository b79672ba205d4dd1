// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/pytorch/distributed_metadata.hpp>

#include "checkpoint/files.hpp"
#include "checkpoint/pickle_text.hpp"
#include <doctest/doctest.h>

#include <algorithm>

using namespace bouillon;
using sizes = std::vector<std::size_t>;

namespace {

const std::filesystem::path data = BOUILLON_TEST_DATA "/distributed";

detail::distributed_metadata read(const std::string& bytes, const std::string& only = "") {
    return detail::read_distributed_metadata(test::as_bytes(bytes), "m",
                                             [&](std::string_view tensor) { return only.empty() || tensor == only; });
}

/// What is said of the metadata of four processes when one text in it is replaced by another as long.
std::string refusal(const std::string& text, const std::string& by, const std::string& only = "rows") {
    std::string bytes = test::read_text(data / "four/.metadata");
    const auto at = bytes.find(text);
    REQUIRE(at != std::string::npos);
    REQUIRE(text.size() == by.size());
    bytes.replace(at, text.size(), by);
    return test::message_of<input_error>([&] { read(bytes, only); });
}

}  // namespace

TEST_CASE("the metadata that PyTorch writes says where the chunks of each tensor lie") {
    const auto metadata = read(test::read_text(data / "four/.metadata"));
    CHECK(metadata.other_items == 1);
    const auto rows = std::ranges::find(metadata.tensors, "rows", &detail::distributed_tensor::name);
    REQUIRE(rows != metadata.tensors.end());
    CHECK(rows->type == "float32");
    CHECK(rows->shape == sizes{7, 5});
    REQUIRE(rows->chunks.size() == 4);
    CHECK(rows->chunks[0].file == "__0_0.distcp");
    CHECK(rows->chunks[0].begin == 0);
    CHECK(rows->chunks[0].length == 1577);
    CHECK(rows->chunks[3].offsets == sizes{6, 0});
    CHECK(rows->chunks[3].shape == sizes{1, 5});
    const auto scalar = std::ranges::find(metadata.tensors, "scalar", &detail::distributed_tensor::name);
    REQUIRE(scalar != metadata.tensors.end());
    CHECK(scalar->type == "int64");
    CHECK(scalar->chunks.size() == 1);
    CHECK(scalar->chunks[0].offsets.empty());
}

TEST_CASE("only tensors that are wanted are looked at") {
    const auto metadata = read(test::read_text(data / "four/.metadata"), "blocks");
    REQUIRE(metadata.tensors.size() == 1);
    CHECK(metadata.tensors[0].name == "blocks");
    CHECK(metadata.tensors[0].chunks.size() == 4);
}

TEST_CASE("metadata that is of something else is refused") {
    CHECK(test::message_of<input_error>([] { read("\x80\x02}."); }) ==
          "m: is not the metadata of a distributed checkpoint: its pickle is of something else");
    CHECK(refusal("storage_data", "storage_date") == "m: has an object without the field \"storage_data\"");
    CHECK(refusal("state_dict_metadata", "state_dict_metadaat") ==
          "m: has an object without the field \"state_dict_metadata\"");
}

TEST_CASE("a chunk that lies outside of the directory is refused") {
    for (const char* path : {"../_0.distcp", "/etc/passwdd", "a\\..\\b.distc", "_/0_0.distcp"})
        CHECK(refusal("__0_0.distcp", path) ==
              "m: tensor \"rows\" is in " + in_quotes(path) + ", which is not the plain name of a file");
}

TEST_CASE("what the metadata lacks about a tensor is said with the tensor's name") {
    CHECK(refusal("torch.strided", "torch.sparse_") == "m: tensor \"rows\" has a layout other than torch.strided");
    CHECK(refusal("relative_path", "relative_paht") == "m: has an object without the field \"relative_path\"");
    CHECK(refusal("chunks", "chunsk") == "m: has an object without the field \"chunks\"");
}

TEST_CASE("metadata cut off at any byte is refused") {
    const std::string bytes = test::read_text(data / "one/.metadata");
    for (std::size_t size = 0; size < bytes.size(); ++size) CHECK_THROWS_AS(read(bytes.substr(0, size)), input_error);
}

TEST_CASE("metadata with any byte changed is refused or read, and nothing else") {
    const std::string good = test::read_text(data / "four/.metadata");
    for (std::size_t at = 0; at < good.size(); ++at)
        for (const int change : {1, 0x80}) {
            std::string bytes = good;
            bytes[at] = static_cast<char>(bytes[at] ^ change);
            try {
                for (const auto& tensor : read(bytes).tensors) CHECK_FALSE(tensor.chunks.empty());
            } catch (const input_error& refused) {
                CHECK(std::string_view(refused.what()).starts_with("m: "));
            }
        }
}

TEST_CASE("a long list of chunks that many tensors share is refused") {
    using namespace test::pickle;
    const auto object = [](const std::string& type, const std::string& state) {
        return global("torch.distributed.checkpoint.metadata " + type) + ")\x81" + state + 'b';
    };
    const auto metadata = [&](std::size_t chunks, std::size_t tensors) {
        const std::string strided = call("torch.serialization _get_layout", {text("torch.strided")});
        const std::string properties = object("TensorProperties", tuple({global("torch float32"), strided}));
        const std::string chunk = object(
            "ChunkStorageMetadata", dict({{"offsets", test::pickle::sizes({0})}, {"sizes", test::pickle::sizes({0})}}));
        const std::string tensor =
            object("TensorStorageMetadata", dict({{"properties", properties},
                                                  {"size", test::pickle::sizes({0})},
                                                  {"chunks", list(std::vector<std::string>(chunks, chunk))}}));
        named_values named = {{"0", tensor + std::string("q\0", 2)}};
        for (std::size_t i = 1; i < tensors; ++i) named.emplace_back(to_string(i), std::string("h\0", 2));
        return whole(object("Metadata", dict({{"state_dict_metadata", dict(named)}, {"storage_data", dict({})}})));
    };
    CHECK(read(metadata(100, 3)).tensors.size() == 3);
    CHECK(test::message_of<input_error>([&] { read(metadata(100, 1000)); }) ==
          "m: has more chunks of tensors than it describes");
}
