// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge/recipe.hpp>

#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

#include <string>

using namespace bouillon;

namespace {

const std::string text = R"({
  "bouillon_recipe": 1,
  "bouillon": "0.1.0",
  "inputs": [
    {
      "checkpoint": "run/step-100",
      "merge_weight": 0.1,
      "hash": "0123456789abcdef0123456789abcdef"
    },
    {
      "checkpoint": "run/step-200",
      "merge_weight": 0.0,
      "hash": null
    }
  ],
  "side_files": {
    "config.json": "00000000000000000000000000000001"
  },
  "dtype": "BF16",
  "shard_size": 5000000000,
  "allow_non_finite": true,
  "optimizer_state": true,
  "metadata": {
    "note": "found by a search"
  }
})";

std::string refusal(const std::string& changed) {
    return test::message_of<input_error>([&] { parse_recipe(changed, "R"); });
}

std::string with(const std::string& from, const std::string& to) {
    std::string changed = text;
    REQUIRE(changed.find(from) != std::string::npos);
    return changed.replace(changed.find(from), from.size(), to);
}

}  // namespace

TEST_CASE("a recipe reads back as it was written") {
    const auto recipe = parse_recipe(text, "R");
    CHECK(recipe.bouillon == "0.1.0");
    REQUIRE(recipe.inputs.size() == 2);
    CHECK(recipe.inputs[0].checkpoint == "run/step-100");
    CHECK(recipe.inputs[0].merge_weights == std::vector{0.1});
    CHECK(recipe.inputs[0].hash == "0123456789abcdef0123456789abcdef");
    CHECK(recipe.inputs[1].hash.empty());
    REQUIRE(recipe.side_files);
    CHECK(recipe.side_files->at("config.json").back() == '1');
    CHECK(recipe.types == merged_types{dtype::bf16, {}});
    CHECK(recipe.shard_size == 5'000'000'000);
    CHECK(recipe.allow_non_finite);
    CHECK(recipe.optimizer_state);
    CHECK(recipe.provenance.at("note") == "found by a search");
    CHECK(to_json(recipe, 2) == text);
    CHECK(to_json(parse_recipe(to_json(recipe, -1), "R"), 2) == text);
}

TEST_CASE("a recipe says which tensors keep their type and whether integers are the newest's") {
    const auto recipe = parse_recipe(with(R"("dtype": "BF16",)", R"("dtype": "BF16",
  "keep_dtype": [
    "*norm*"
  ],
  "integers": "newest",)"),
                                     "R");
    CHECK(recipe.types == merged_types{dtype::bf16, {"*norm*"}});
    CHECK(recipe.newest_integers);
    CHECK(to_json(parse_recipe(to_json(recipe, -1), "R"), 2) == to_json(recipe, 2));
    CHECK_FALSE(parse_recipe(text, "R").newest_integers);
    CHECK(refusal(with(R"("dtype")", R"("integers": "oldest", "dtype")")) ==
          "R: has integers \"oldest\", not \"newest\"");
}

TEST_CASE("a merge weight reads back to its last bit") {
    for (const double weight : {1.0 / 3, 0.1 + 0.2, -1e-300, 5e-324, 1.7976931348623157e308}) {
        merge_recipe recipe;
        recipe.inputs.push_back({"a", {weight}, ""});
        CHECK(parse_recipe(to_json(recipe, -1), "R").inputs[0].merge_weights[0] == weight);
    }
}

TEST_CASE("a recipe of groups of tensors reads back as it was written") {
    merge_recipe recipe;
    recipe.groups = {{{"attention", {"*attn*"}}, {"rest", {"*"}}}};
    recipe.inputs = {{"a", {0.25, 0.0}, ""}, {"b", {0.75, 1.0}, "0123456789abcdef0123456789abcdef"}};
    const std::string written = to_json(recipe, 2);
    const auto read = parse_recipe(written, "R");
    CHECK(read.groups == recipe.groups);
    CHECK(read.inputs[0].merge_weights == std::vector{0.25, 0.0});
    CHECK(read.inputs[1].merge_weights == std::vector{0.75, 1.0});
    CHECK(to_json(read, 2) == written);

    recipe.inputs[1].merge_weights.pop_back();
    CHECK(refusal(to_json(recipe, 2)) == "R: has 1 merge weights of b for 2 groups");
}

TEST_CASE("a recipe of a later version is refused with both versions") {
    CHECK(refusal(with("\"bouillon_recipe\": 1", "\"bouillon_recipe\": 2")) ==
          std::string("R: is a recipe of version 2, but this is bouillon ") + version + ", which reads version 1");
}

TEST_CASE("what is no recipe is refused") {
    for (const auto& changed : {std::string(), std::string("[]"), std::string("{}"), text.substr(0, 100),
                                with("0.1,", "\"0.1\","), with("\"run/step-100\"", "7"),
                                with("\"inputs\"", "\"input\""), with("5000000000", "\"5GB\""), with("true", "1")})
        CHECK_MESSAGE(refusal(changed).starts_with("R: is not a recipe of bouillon"), changed);
    CHECK(refusal(with("\"inputs\"", "\"input\"")) == "R: is not a recipe of bouillon: key 'inputs' not found");
    CHECK(refusal("").find("[json") == std::string::npos);
    CHECK(refusal(with("5000000000", "-1")) == "R: has shard_size -1");
    CHECK(refusal(with("BF16", "bfloat16")) == "R: has unknown dtype \"bfloat16\"");
}

TEST_CASE("a recipe is found in its file, in a merged directory and in a merged file") {
    const test::temporary_directory directory;
    test::write_text(directory / "merged/bouillon-recipe.json", text);
    test::write_tensors(directory / "merged.safetensors", {}, {{"bouillon.recipe", text}});
    test::write_tensors(directory / "plain.safetensors", {});
    for (const char* name : {"merged", "merged/bouillon-recipe.json", "merged.safetensors"})
        CHECK(to_json(read_recipe(directory / name), 2) == text);
    CHECK_THROWS_AS(read_recipe(directory / "nothing.json"), input_error);
    CHECK_THROWS_AS(read_recipe(directory.path()), input_error);
    CHECK_THROWS_WITH_AS(
        read_recipe(directory / "plain.safetensors"),
        ((directory / "plain.safetensors").string() + ": has no bouillon.recipe in its metadata").c_str(), input_error);
}
