// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/folder/directory_content.hpp>

#include "checkpoint/checkpoint_names.hpp"
#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace bouillon;

namespace {

using names = std::vector<std::string>;

/// What a directory of these names is taken for: its form, its place, and what stands against reading it.
struct told {
    stored_form form;
    std::string place, reason;
    std::size_t weights;
};

told tell(const names& files) {
    const test::directory_of_names directory(files);
    const auto content = content_of(directory.path());
    CHECK((content.refused.empty() || content.unfinished.empty()));
    return {content.form, content.place.empty() ? "" : directory.shorten(content.place.string()),
            directory.shorten(content.refused + content.unfinished), content.weights.size()};
}

void check_reads(const names& files, stored_form form, const std::string& place, std::size_t weights = 1) {
    const auto content = tell(files);
    CAPTURE(files[0]);
    CHECK(content.form == form);
    CHECK(content.place == place);
    CHECK(content.reason == "");
    CHECK(content.weights == weights);
}

const std::string two_shards = test::index_of({"model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"});

}  // namespace

TEST_CASE("what a directory stores its weights as is told from names") {
    using enum stored_form;
    check_reads({"model.safetensors", "config.json", "optimizer.pt", "rng_state.pth"}, safetensors,
                "model.safetensors");
    check_reads({"model.safetensors.index.json = " + two_shards, "model-00001-of-00002.safetensors",
                 "model-00002-of-00002.safetensors", "consolidated.safetensors"},
                safetensors_shards, "model.safetensors.index.json", 2);
    check_reads({"shard-00001-model-00001-of-00001.safetensors"}, safetensors_pieces, "DIR");
    check_reads({"pytorch_model.bin", "training_args.bin", "scheduler.pt"}, pytorch, "pytorch_model.bin");
    check_reads({"pytorch_model.bin.index.json = " + test::index_of({"pytorch_model-00001-of-00001.bin"}),
                 "pytorch_model-00001-of-00001.bin"},
                pytorch_shards, "pytorch_model.bin.index.json");
    check_reads({".metadata", "__0_0.distcp", "__1_0.distcp"}, distributed, "DIR", 2);
    check_reads({"model/decoder/0/pp_block/attn/o_proj/model_weight_pp-rank-0-of-1_tp-rank-0-of-2.safetensors",
                 "model/decoder/0/pp_block/attn/o_proj/model_weight_pp-rank-0-of-1_tp-rank-1-of-2.safetensors",
                 "model_config.json", "optimizer/optimizer_config.json"},
                parameter_files, "model", 2);
}

TEST_CASE("an index that names just the one file is read and any other beside a file is refused") {
    check_reads({"model.safetensors", "model.safetensors.index.json = " + test::index_of({"model.safetensors"})},
                stored_form::safetensors_shards, "model.safetensors.index.json");
    check_reads({"pytorch_model.bin", "pytorch_model.bin.index.json = " + test::index_of({"pytorch_model.bin"})},
                stored_form::pytorch_shards, "pytorch_model.bin.index.json");
    CHECK(tell({"model.safetensors", "model.safetensors.index.json = " + two_shards}).reason.find("holds both") !=
          std::string::npos);
}

TEST_CASE("safetensors beside PyTorch's files are taken with a note") {
    const test::directory_of_names directory(
        {"model.safetensors", "pytorch_model.bin", "consolidated.00.pth", "original/consolidated.00.pth"});
    const auto content = content_of(directory.path());
    CHECK(content.form == stored_form::safetensors);
    REQUIRE(content.notes.size() == 1);
    CHECK(directory.shorten(content.notes[0]) ==
          "pytorch_model.bin: is not read, since model.safetensors beside it is");
    const test::directory_of_names alone({"pytorch_model.bin"});
    CHECK(content_of(alone.path()).notes.empty());
}

TEST_CASE("an unfinished checkpoint is told with what it lacks") {
    CHECK(tell({"model-00001-of-00002.safetensors", "config.json"}).reason ==
          "DIR: holds shards, such as model-00001-of-00002.safetensors, but not their index "
          "model.safetensors.index.json, which is written last");
    CHECK(tell({"pytorch_model-00001-of-00002.bin"}).form == stored_form::pytorch_shards);
    CHECK(tell({"model.safetensors.index.json = " + two_shards, "model-00001-of-00002.safetensors"}).reason ==
          "model.safetensors.index.json: names the shard \"model-00002-of-00002.safetensors\", which is not there");
    CHECK(tell({"model.safetensors.index.json = {\"wei"})
              .reason.starts_with("model.safetensors.index.json: is not valid"));
    CHECK(tell({"__0_0.distcp", ".metadata.tmp"}).reason ==
          "DIR: holds __0_0.distcp, but not .metadata, which is written last");
    CHECK(tell({".metadata"}).reason == "DIR: holds .metadata, but no .distcp file");
    CHECK(tell({"model_and_optim/__0_0.distcp", "train/rank0.pt"}).reason ==
          "model_and_optim: holds __0_0.distcp, but not .metadata, which is written last");
    CHECK(tell({"optimizer.pt", "rng_state.pth"}).reason == "DIR: holds optimizer.pt of a trainer, but no weights");
    CHECK(tell({"config.json", "tokenizer.json"}).reason == "DIR: holds config.json, but no weights");
    CHECK(tell({"optimizer_0/.metadata"}).reason == "DIR: holds an optimizer's state, but no weights");
    CHECK(tell({}).reason == "DIR: is empty");
}

TEST_CASE("what is no checkpoint is none") {
    for (const names& files :
         {names{"notes.txt"}, names{"step-1/model.safetensors", "step-2/model.safetensors"},
          names{"step-1.pt", "step-2.pt"}, names{"step-1.pt", "step-2.safetensors"}, names{"held-out.safetensors"}}) {
        const test::directory_of_names directory(files);
        CHECK_FALSE_MESSAGE(content_of(directory.path()).is_known(), files[0]);
    }
}
