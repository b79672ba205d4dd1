// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/folder/trainer_content.hpp>

#include "checkpoint/checkpoint_names.hpp"
#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace bouillon;

namespace {

using names = std::vector<std::string>;

/// The place of a directory's weights, or why they are refused.
std::string place_in(const names& files) {
    const test::directory_of_names directory(files);
    const auto content = content_of(directory.path());
    CHECK(content.unfinished.empty());
    const auto text = content.refused.empty() ? content.place.string() : content.refused;
    return text.empty() ? "" : directory.shorten(text);
}

}  // namespace

TEST_CASE("the model is found under the names of common trainers") {
    CHECK(place_in({"config.yaml", "model.pt", "optim.pt", "train.pt"}) == "model.pt");
    CHECK(place_in({"lit_model.pth", "model_config.yaml", "tokenizer.json"}) == "lit_model.pth");
    CHECK(place_in({"pytorch_model_fsdp.bin", "optimizer.bin"}) == "pytorch_model_fsdp.bin");
    CHECK(place_in({"consolidated.00.pth", "params.json"}) == "consolidated.00.pth");
    CHECK(place_in({"ep0-ba2000-rank0.pt"}) == "ep0-ba2000-rank0.pt");
    CHECK(place_in({"mp_rank_00/model_optim_rng.pt", "mp_rank_00/distrib_optim.pt"}) ==
          "mp_rank_00/model_optim_rng.pt");
    CHECK(place_in({"mp_rank_00_model_states.pt", "zero_pp_rank_0_mp_rank_00_optim_states.pt"}) ==
          "mp_rank_00_model_states.pt");
}

TEST_CASE("a distributed checkpoint is found where a trainer keeps it") {
    CHECK(place_in({"model_and_optim/.metadata", "model_and_optim/__0_0.distcp", "config.json", "train/rank0.pt"}) ==
          "model_and_optim");
    CHECK(place_in({"pytorch_model_fsdp_0/.metadata", "pytorch_model_fsdp_0/__0_0.distcp", "optimizer_0/.metadata",
                    "config.json", "rng_state_0.pth"}) == "pytorch_model_fsdp_0");
    CHECK(place_in({"weights/.metadata", "weights/__0_0.distcp", "weights/common.pt", "context/model.yaml"}) ==
          "weights");
    CHECK(place_in({".metadata", "__0_0.distcp", "common.pt", "metadata.json"}) == "DIR");
    CHECK(place_in({"sharded/shard-00001-model-00001-of-00001.safetensors"}) == "sharded");
}

TEST_CASE("the file latest names DeepSpeed's directory and a run of such directories is no checkpoint") {
    const std::string states = "/mp_rank_00_model_states.pt";
    CHECK(place_in({"latest = global_step500\n", "global_step500" + states, "zero_to_fp32.py", "config.json"}) ==
          "global_step500" + states);
    CHECK(place_in({"global_step500" + states, "rng_state_0.pth"}) == "global_step500" + states);
    CHECK(place_in({"latest = pytorch_model", "pytorch_model" + states}) == "pytorch_model" + states);
    const test::directory_of_names run({"latest = global_step20", "global_step10" + states, "global_step20" + states});
    CHECK(content_of(run.path()).form == stored_form::none);
}

TEST_CASE("files that hold parts of tensors are refused with what to do") {
    CHECK(place_in({"mp_rank_00/model_optim_rng.pt", "mp_rank_01/model_optim_rng.pt"})
              .starts_with("DIR: mp_rank_00/model_optim_rng.pt, mp_rank_01/model_optim_rng.pt hold parts of tensors"));
    CHECK(place_in({"mp_rank_00_model_states.pt", "mp_rank_01_model_states.pt", "mp_rank_02_model_states.pt"})
              .starts_with("DIR: mp_rank_00_model_states.pt, mp_rank_01_model_states.pt ... hold parts of tensors"));
    CHECK(place_in({"consolidated.00.pth", "consolidated.01.pth"}).find("hold parts") != std::string::npos);
}
