// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge/provenance.hpp>

#include <bouillon/merge/write_merged.hpp>
#include <bouillon/checkpoint/safetensors.hpp>

#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

using namespace bouillon;

namespace {

using weights = std::vector<double>;

/// A run of two checkpoints' directories, of several types, larger than a block of a hash.
class small_run {
 public:
    small_run() {
        for (const char* name : {"1", "2"}) write(directory_ / name, static_cast<std::uint32_t>(name[0]));
    }

    std::filesystem::path operator/(std::string_view name) const { return directory_ / name; }

    void merge(const weights& merge_weights, std::string_view out, const write_options& options = {},
               const set_options& opening = {}) const {
        const std::vector<std::filesystem::path> paths{directory_ / "1", directory_ / "2"};
        write_merged(open_checkpoints(paths, opening), merge_weights, directory_ / out, options);
    }

    /// The refusal to merge again by the recipe of `merged`, with "RUN" for the folder; empty where it is merged.
    std::string again(std::string_view merged, std::string_view out, const write_options& options = {}) const {
        std::string text = test::message_of<input_error>(
            [&] { reproduce_merge(read_recipe(directory_ / merged), directory_ / out, options); });
        const std::string path = directory_.path().string();
        for (auto at = text.find(path); at != std::string::npos; at = text.find(path))
            text.replace(at, path.size(), "RUN");
        return text;
    }

    /// Each file's content, by name.
    std::map<std::string, std::string> files(std::string_view merged) const {
        std::map<std::string, std::string> contents;
        for (const auto& item : detail::list_directory(directory_ / merged))
            contents[item.path().filename().string()] = test::read_text(item.path());
        return contents;
    }

    static void write(const std::filesystem::path& path, std::uint32_t seed) {
        std::mt19937 random(seed);
        std::vector<std::uint16_t> half(50'000);
        for (auto& value : half) value = float_to_bf16(static_cast<float>(random()) / 4e9f - 0.5f);
        std::vector<float> single(30'001);
        for (auto& value : single) value = static_cast<float>(random()) / 4e9f;
        std::filesystem::remove(path / "model.safetensors");
        test::write_tensors(path / "model.safetensors",
                            {{{"embed", dtype::bf16, {100, 500}}, test::stored(half)},
                             {{"mask", dtype::f32, {2}}, test::stored(std::vector<float>{1, 0})},
                             {{"norm", dtype::f32, {30'001}}, test::stored(single)},
                             {{"positions", dtype::i64, {2}}, test::stored(std::vector<std::int64_t>{0, 1})}});
        test::write_text(path / "config.json", R"({"model_type": "llama", "torch_dtype": "bfloat16"})");
        test::write_text(path / "tokenizer.json", "tokens");
    }

 private:
    test::temporary_directory directory_;
};

}  // namespace

TEST_CASE("a merge of groups of tensors is merged again by its recipe bit for bit") {
    const small_run run;
    const tensor_groups groups{{{"norm", {"n*"}}, {"rest", {"*"}}}};
    run.merge({1.0, 0.0, 0.3, 0.7}, "merged", {.groups = groups});
    const auto recipe = read_recipe(run / "merged");
    CHECK(recipe.groups == groups);
    CHECK(recipe.inputs[0].merge_weights == weights{1.0, 0.3});
    CHECK(recipe.inputs[1].merge_weights == weights{0.0, 0.7});
    run.merge({0.5, 0.5}, "whole");
    CHECK(recipe.inputs[1].hash == read_recipe(run / "whole").inputs[1].hash);
    CHECK(run.again("merged", "again") == "");
    CHECK(run.files("again") == run.files("merged"));
    CHECK(run.files("whole") != run.files("merged"));
}

TEST_CASE("a recipe reproduces a merge byte for byte, itself included, with any memory and threads") {
    const small_run run;
    const weights merge_weights{0.1, 0.7000000000000001};
    run.merge(merge_weights, "merged", {.provenance = {{"note", "by hand"}}, .shard_size = 120'000},
              {.types = {dtype::f16, {}}});
    const auto merged = run.files("merged");
    CHECK(merged.size() == 6);  // 2 shards, their index, 2 side files, the recipe
    REQUIRE(merged.contains("bouillon-recipe.json"));
    CHECK(read_recipe(run / "merged").inputs[1].merge_weights == weights{merge_weights[1]});
    CHECK(run.again("merged", "again", {.threads = 3, .memory = 100'000}) == "");
    CHECK(run.files("again") == merged);
    CHECK(run.again("again/bouillon-recipe.json", "once more", {.threads = 1}) == "");
    CHECK(run.files("once more") == merged);
}

TEST_CASE("a single file holds its recipe and is reproduced by it") {
    const small_run run;
    run.merge({0.5, 0.5}, "merged.safetensors");
    CHECK(run.again("merged.safetensors", "again.safetensors", {.threads = 1, .memory = 50'000}) == "");
    CHECK(test::read_text(run / "again.safetensors") == test::read_text(run / "merged.safetensors"));
    CHECK(run.again("merged.safetensors", "directory") == "");
    CHECK(run.again("directory", "third.safetensors") == "");
    CHECK(safetensors_file(run / "third.safetensors").tensors().size() == 4);
}

TEST_CASE("an input that is not what it was is refused with both hashes, and nothing is written") {
    const small_run run;
    run.merge({0.5, 0.5}, "merged");
    const auto before = read_recipe(run / "merged");
    small_run::write(run / "2", 3);
    run.merge({0.5, 0.5}, "other");
    const auto after = read_recipe(run / "other");
    CHECK(before.inputs[0].hash == after.inputs[0].hash);
    CHECK(before.inputs[1].hash != after.inputs[1].hash);
    CHECK(run.again("merged", "again") ==
          "RUN/2: has the hash " + after.inputs[1].hash + ", but the recipe has " + before.inputs[1].hash);
    CHECK_FALSE(exists(run / "again"));
}

TEST_CASE("a side file that is not what it was is refused") {
    const small_run run;
    run.merge({0.5, 0.5}, "merged");
    const auto files = read_recipe(run / "merged").side_files;
    REQUIRE(files);
    CHECK(files->at("tokenizer.json") == hash_of("tokens").hex());
    test::write_text(run / "2/tokenizer.json", "other tokens");
    CHECK(run.again("merged", "again") == "RUN/2/tokenizer.json: has the hash " + hash_of("other tokens").hex() +
                                              ", but the recipe has " + hash_of("tokens").hex());
    std::filesystem::remove(run / "2/tokenizer.json");
    CHECK(run.again("merged", "again") ==
          "RUN/2/tokenizer.json: is not there, but the recipe has " + hash_of("tokens").hex());
    test::write_text(run / "2/tokenizer.json", "tokens");
    test::write_text(run / "2/vocab.json", "more");
    CHECK(run.again("merged", "again").ends_with("but the recipe has no such file"));
    CHECK_FALSE(exists(run / "again"));
}

TEST_CASE("a checkpoint's hash does not depend on how its files hold the tensors") {
    const small_run run;
    run.merge({1, 0}, "whole");
    run.merge({1, 0}, "shards", {.shard_size = 1});
    const auto hash_of_first = [&](const char* checkpoint) {
        const std::vector<std::filesystem::path> paths{run / checkpoint};
        const auto out = run / (std::string("copy of ") + checkpoint);
        write_merged(open_checkpoints(paths), weights{1}, out);
        return read_recipe(out).inputs[0].hash;
    };
    const auto hash = hash_of_first("1");
    CHECK(hash.size() == 32);
    CHECK(hash_of_first("whole") == hash);
    CHECK(hash_of_first("shards") == hash);
    CHECK(hash_of_first("2") != hash);
}

TEST_CASE("side files that are all gone, or that are there where none were, are refused") {
    const small_run run;
    run.merge({0.5, 0.5}, "merged");
    const auto moved = [&](const char* from, const char* to) {
        for (const char* name : {"config.json", "tokenizer.json"})
            std::filesystem::rename(run / from / name, run / to / name);
    };
    create_directory(run / "aside");
    moved("2", "aside");
    CHECK(run.again("merged", "again").starts_with("RUN/2/config.json: is not there, but the recipe has "));
    CHECK_FALSE(exists(run / "again"));
    run.merge({0.5, 0.5}, "bare");
    CHECK(run.again("bare", "bare again") == "");
    moved("aside", "2");
    CHECK(run.again("bare", "again").ends_with("but the recipe has no such file"));
    CHECK_FALSE(exists(run / "again"));
}

TEST_CASE("a single file's recipe makes a directory and a directory's a single file, whatever the side files are") {
    const small_run run;
    run.merge({0.5, 0.5}, "merged.safetensors");
    CHECK_FALSE(read_recipe(run / "merged.safetensors").side_files);
    CHECK(run.again("merged.safetensors", "directory") == "");
    CHECK(run.files("directory").contains("config.json"));
    std::filesystem::remove(run / "2/config.json");
    CHECK(run.again("directory", "single.safetensors") == "");
    CHECK(test::read_text(run / "single.safetensors") == test::read_text(run / "merged.safetensors"));
}

TEST_CASE("a recipe that names a checkpoint of weight 0 needs nothing of it") {
    const small_run run;
    run.merge({1, 0}, "merged");
    auto recipe = read_recipe(run / "merged");
    CHECK(recipe.inputs.size() == 1);
    recipe.inputs.push_back({"nowhere", {0.0}, ""});
    reproduce_merge(recipe, run / "again");
    CHECK(run.files("again") == run.files("merged"));
}
