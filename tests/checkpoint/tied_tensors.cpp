// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/tied_tensors.hpp>

#include <bouillon/checkpoint/checkpoint_set.hpp>

#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace bouillon;

namespace {

const std::string tied = R"({"tie_word_embeddings": true})", untied = R"({"tie_word_embeddings": false})";

struct stored_checkpoint {
    std::string embedding, head;  // (1, 2) F32 each; no head where empty
};

using names = std::vector<std::string>;

/// The tensors of a set of such checkpoints, or its refusal, with "DIR" for the directory.
names tensors_of(const std::string& config, const std::vector<stored_checkpoint>& stored,
                 const std::string& embedding = "model.embed_tokens.weight",
                 const std::string& head = "lm_head.weight") {
    const test::temporary_directory directory;
    std::vector<std::filesystem::path> paths;
    for (const auto& item : stored) {
        paths.push_back(directory / std::to_string(paths.size()));
        std::vector<test::stored_tensor> tensors{{{embedding, dtype::f32, {1, 2}}, item.embedding},
                                                 {{"zzz", dtype::f32, {1}}, "norm"}};
        if (!item.head.empty()) tensors.push_back({{head, dtype::f32, {1, 2}}, item.head});
        test::write_tensors(paths.back() / "model.safetensors", tensors);
        test::write_text(paths.back() / "config.json", config);
    }
    names found;
    std::string refusal = test::message_of<input_error>([&] {
        const auto set = open_checkpoints(paths);
        for (const auto& tensor : set.tensors()) found.push_back(tensor.name);
        for (const auto& checkpoint : set) CHECK(test::as_text(test::bytes_of(checkpoint, found.size() - 1)) == "norm");
    });
    const std::string path = directory.path().string();
    for (auto at = refusal.find(path); at != std::string::npos; at = refusal.find(path))
        refusal.replace(at, path.size(), "DIR");
    return refusal.empty() ? found : names{refusal};
}

const names without_head{"model.embed_tokens.weight", "zzz"};
const names with_head{"lm_head.weight", "model.embed_tokens.weight", "zzz"};

}  // namespace

TEST_CASE("a tied head is left out, whether all checkpoints carry it or some") {
    CHECK(tensors_of(tied, {{"aaaabbbb", "aaaabbbb"}, {"ccccdddd", "ccccdddd"}}) == without_head);
    CHECK(tensors_of(tied, {{"aaaabbbb", "aaaabbbb"}, {"ccccdddd", ""}}) == without_head);
    CHECK(tensors_of(tied, {{"aaaabbbb", ""}, {"ccccdddd", "ccccdddd"}, {"eeeeffff", ""}}) == without_head);
    CHECK(tensors_of(tied, {{"aaaabbbb", ""}}) == without_head);
}

TEST_CASE("a head that differs from its embedding in one checkpoint is a tensor of all") {
    CHECK(tensors_of(tied, {{"aaaabbbb", "aaaabbbb"}, {"ccccdddd", "ccccddde"}}) == with_head);
    CHECK(tensors_of(tied, {{"aaaabbbb", ""}, {"ccccdddd", "ccccddde"}}) ==
          names{"DIR/1/model.safetensors: has tensor \"lm_head.weight\", but DIR/0 has not"});
}

TEST_CASE("a head that no configuration ties stays, even if it is the same") {
    CHECK(tensors_of(untied, {{"aaaabbbb", "aaaabbbb"}}) == with_head);
    CHECK(tensors_of("{}", {{"aaaabbbb", "aaaabbbb"}}) == with_head);
    CHECK(tensors_of(R"({"model_type": "llama"})", {{"aaaabbbb", "aaaabbbb"}}) == with_head);
    CHECK(tensors_of(R"({"tie_word_embeddings": "true"})", {{"aaaabbbb", "aaaabbbb"}}) == with_head);
}

TEST_CASE("a configuration that leaves it out ties what its class ties") {
    CHECK(tensors_of(R"({"model_type": "gemma"})", {{"aaaabbbb", "aaaabbbb"}}) == without_head);
    CHECK(tensors_of(R"({"model_type": "smollm3", "x": NaN})", {{"aaaabbbb", "aaaabbbb"}}) == without_head);
}

TEST_CASE("the names of every family are known") {
    for (const auto& [embedding, head] : detail::all_tied_names)
        CHECK(tensors_of(tied, {{"aaaabbbb", "aaaabbbb"}}, std::string(embedding), std::string(head)) ==
              names{std::string(embedding), "zzz"});
    for (const char* embedding : {"model.embed_tokens.weight", "transformer.wte.weight",
                                  "transformer.word_embeddings.weight", "backbone.embeddings.weight"})
        CHECK(tensors_of(tied, {{"aaaabbbb", "aaaabbbb"}}, embedding) == names{embedding, "zzz"});
    CHECK(tensors_of(tied, {{"aaaabbbb", "aaaabbbb"}}, "gpt_neox.embed_in.weight", "embed_out.weight") ==
          names{"gpt_neox.embed_in.weight", "zzz"});
}
