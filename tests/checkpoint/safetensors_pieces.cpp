// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/safetensors_pieces.hpp>

#include <bouillon/checkpoint/checkpoint.hpp>
#include <bouillon/checkpoint/folder/sharded_content.hpp>

#include "checkpoint/elements.hpp"
#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

#include <numeric>
#include <string>
#include <vector>

using namespace bouillon;

namespace {

std::string refusal(const std::string& metadata_value) {
    const test::temporary_directory directory;
    const auto path = directory / "shard-00001-model-00001-of-00001.safetensors";
    std::map<std::string, std::string> metadata{{"format", "pt"}};
    if (!metadata_value.empty()) metadata["DCP_SHARDING_INFO"] = metadata_value;
    test::write_tensors(path, {{{"a", dtype::f32, {2}}, "aaaaaaaa"}}, metadata);
    const auto text = test::message_of<input_error>([&] { checkpoint opened(directory.path()); });
    CHECK((text.empty() || text.starts_with(path.string() + ": ")));
    return text.empty() ? text : text.substr(path.string().size() + 2);
}

}  // namespace

TEST_CASE("a checkpoint that PyTorch wrote in pieces from four processes reads as one") {
    const checkpoint opened(BOUILLON_TEST_DATA "/dcp");
    const std::vector<checkpoint_tensor> expected{{"blocks", dtype::f32, {4, 6}},    {"columns", dtype::bf16, {3, 4}},
                                                  {"layers", dtype::f16, {2, 3, 4}}, {"rows", dtype::f32, {5, 3}},
                                                  {"step", dtype::i64, {}},          {"whole", dtype::f64, {3}}};
    CHECK(opened.tensors() == expected);
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const std::size_t elements = expected[i].elements();
        std::vector<std::byte> read(elements * bytes(expected[i].type));
        opened.read(i, 0, read);
        for (std::size_t e = 0; e < elements; ++e)
            CHECK(test::element(read, expected[i].type, e) == static_cast<double>(e));
        CHECK(detail::is_piece_file(opened.file(i)));
    }
}

TEST_CASE("a file of pieces must say where they belong") {
    CHECK(refusal(R"({"a": {"saved_offsets": [0]}})") == "");
    CHECK(refusal("") == "has no DCP_SHARDING_INFO in its metadata, as its name lets expect");
    CHECK(refusal("[") == "DCP_SHARDING_INFO is not a JSON object");
    CHECK(refusal("[]") == "DCP_SHARDING_INFO is not a JSON object");
    CHECK(refusal(R"({"b": {"saved_offsets": [0]}})") == R"(tensor "a" has no saved_offsets in DCP_SHARDING_INFO)");
    CHECK(refusal(R"({"a": [0]})") == R"(tensor "a" has no saved_offsets in DCP_SHARDING_INFO)");
    for (const char* wrong : {"[0,0]", "[]", "[-1]", "[0.5]", "7", "[\"0\"]", "{\"x\":0}"})
        CHECK(refusal(R"({"a": {"saved_offsets": )" + std::string(wrong) + "}}") ==
              R"(tensor "a" of shape [2] has saved_offsets )" + std::string(wrong));
}

TEST_CASE("pieces of one tensor that differ in type or in dimensions are refused with both") {
    const auto refused = [](dtype type, const std::vector<std::size_t>& shape, const std::string& offsets) {
        const test::temporary_directory directory;
        const auto file = [&](int number) {
            return directory / ("shard-0000" + std::to_string(number) + "-model-00001-of-00001.safetensors");
        };
        test::write_tensors(file(1), {{{"t", dtype::u16, {2}}, "abcd"}},
                            {{"DCP_SHARDING_INFO", R"({"t": {"saved_offsets": [0]}})"}});
        test::write_tensors(file(2), {{{"t", type, shape}, "efgh"}},
                            {{"DCP_SHARDING_INFO", R"({"t": {"saved_offsets": )" + offsets + "}}"}});
        const auto text = test::message_of<input_error>([&] { checkpoint opened(directory.path()); });
        REQUIRE(text.starts_with(file(2).string() + ": "));
        return text.substr(file(2).string().size() + 2);
    };
    const std::string first = " elements in the block [2] at [0] in shard-00001-model-00001-of-00001.safetensors";
    CHECK(
        refused(dtype::bf16, {2}, "[2]") ==
        R"(tensor "t" has BF16 elements in the block [2] at [2] in shard-00002-model-00001-of-00001.safetensors, but )"
        "U16" +
            first);
    CHECK(refused(dtype::u16, {2, 1}, "[2, 0]") == R"(tensor "t" has U16 elements in the block [2, 1] at [2, 0] in )"
                                                   "shard-00002-model-00001-of-00001.safetensors, but U16" +
                                                       first);
}
