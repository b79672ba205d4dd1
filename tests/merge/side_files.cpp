// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge/side_files.hpp>

#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace bouillon;
using strings = std::vector<std::string>;

namespace {

/// The side files among files of these names.
strings kept_of(const strings& files) {
    const test::temporary_directory directory;
    for (const auto& file : files) test::write_text(directory / file, "");
    strings kept;
    for (const auto& file : detail::side_files_of(directory.path())) kept.push_back(file.generic_string());
    return kept;
}

}  // namespace

TEST_CASE("what a model needs beside its tensors is copied byte for byte and nothing else") {
    const test::temporary_directory directory;
    const auto from = directory / "from";
    const auto to = directory / "to";
    create_directory(to);
    const strings kept{
        "LICENSE",     "README.md",      "config.json",     "generation_config.json", "merges.txt", "qwen.tiktoken",
        "tekken.json", "tokenizer.json", "tokenizer.model", "tokenizer_config.json",  "vocab.json"};
    for (const auto& name : kept) test::write_text(from / name, name + '\n');
    create_symlink("tokenizer.json", from / "vocab.txt");  // as the cache of the hub has them
    test::write_text(from / "additional_chat_templates/tool.jinja", "a template");
    for (const char* name : {"optimizer.pt",
                             "scheduler.pt",
                             "rng_state.pth",
                             "trainer_state.json",
                             "training_args.bin",
                             "zero_to_fp32.py",
                             "latest",
                             "model.safetensors",
                             "model.safetensors.index.json",
                             "model-00001-of-00002.safetensors",
                             "pytorch_model.bin",
                             "pytorch_model.bin.index.json",
                             "__0_0.distcp",
                             ".metadata",
                             ".gitattributes",
                             "bouillon-recipe.json",
                             "all_results.json",
                             "launch.sh",
                             "train.py",
                             "checkpoint-500/config.json",
                             "checkpoint-500/model.safetensors",
                             "global_step5/mp_rank_00_model_states.pt",
                             "runs/a/events.out.tfevents.1",
                             "original/params.json",
                             "original/consolidated.00.pth"})
        test::write_text(from / name, "stays");

    detail::copy_side_files(detail::sources_of(from), to, std::nullopt, file_life::lasting);
    auto expected = kept;
    expected.insert(expected.end(), {"additional_chat_templates", "vocab.txt"});
    std::sort(expected.begin(), expected.end());
    CHECK(test::names_in(to) == expected);
    for (const auto& name : kept) CHECK(test::read_text(to / name) == name + '\n');
    CHECK(test::read_text(to / "additional_chat_templates/tool.jinja") == "a template");
    CHECK(test::read_text(to / "vocab.txt") == "tokenizer.json\n");
    CHECK_FALSE(is_symlink(to / "vocab.txt"));
}

TEST_CASE("a configuration that is given takes the place of the checkpoint's own, readable or not") {
    const test::temporary_directory directory;
    const auto from = directory / "from", config = directory / "given.json";
    test::write_text(from / "config.json", "no JSON");
    test::write_text(from / "tokenizer.json", "tokens");
    test::write_text(config, R"({"torch_dtype": "float32"})");
    detail::copy_side_files(detail::sources_of(from, config), directory / "to", dtype::bf16, file_life::passing);
    CHECK(test::names_in(directory / "to") == std::vector<std::string>{"config.json", "tokenizer.json"});
    CHECK(test::read_text(directory / "to/config.json") == R"({"torch_dtype": "bfloat16"})");
    test::write_text(directory / "f.safetensors", "");
    CHECK(detail::sources_of(directory / "f.safetensors").empty());
    CHECK(detail::sources_of(directory / "f.safetensors", config).size() == 1);
}

TEST_CASE("code goes along where it is the model's") {
    CHECK(kept_of({"modeling_custom.py", "configuration_custom.py", "helper.py", "zero_to_fp32.py"}) ==
          strings{"configuration_custom.py", "modeling_custom.py"});
    const test::temporary_directory directory;
    test::write_text(directory / "config.json", R"({"auto_map": {"AutoModelForCausalLM": "modeling_custom.Custom"}})");
    for (const char* name : {"modeling_custom.py", "helper.py", "train.py", "zero_to_fp32.py", "layers/norm.py"})
        test::write_text(directory / name, "");
    strings kept;
    for (const auto& file : detail::side_files_of(directory.path())) kept.push_back(file.generic_string());
    CHECK(kept == strings{"config.json", "helper.py", "modeling_custom.py", "layers/norm.py"});
}

TEST_CASE("a directory goes along whole or not at all") {
    CHECK(kept_of({"templates/a.jinja", "templates/more/b.jinja"}) ==
          strings{"templates/a.jinja", "templates/more/b.jinja"});
    CHECK(kept_of({"templates/a.jinja", "templates/more/optimizer.pt"}).empty());
    CHECK(kept_of({".cache/a.json", "wandb/a.json", "code/helper.py"}).empty());
}

TEST_CASE("a large file is no side file") {
    const test::temporary_directory directory;
    test::write_text(directory / "tokenizer.json", "");
    test::write_text(directory / "corpus.jsonl", "");
    resize_file(directory / "tokenizer.json", detail::largest_side_file);
    resize_file(directory / "corpus.jsonl", detail::largest_side_file + 1);
    CHECK(detail::side_files_of(directory.path()) == std::vector<std::filesystem::path>{"tokenizer.json"});
}

TEST_CASE("the configuration names the output's type under the key that it has and is the same otherwise") {
    const test::temporary_directory directory;
    test::write_text(directory / "config.json", R"({"torch_dtype":"bfloat16", "limit":[0.0, Infinity]})");
    detail::copy_config(directory / "config.json", directory / "out.json", dtype::f32, file_life::passing);
    CHECK(test::read_text(directory / "out.json") == R"({"torch_dtype":"float32", "limit":[0.0, Infinity]})");
    test::write_text(directory / "config.json", "[");
    CHECK_THROWS_AS(
        detail::copy_config(directory / "config.json", directory / "again.json", dtype::f32, file_life::passing),
        input_error);
}
