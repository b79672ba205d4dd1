// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/folder/unread_formats.hpp>

#include "checkpoint/checkpoint_names.hpp"
#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace bouillon;

namespace {

std::string refusal(const std::vector<std::string>& files) {
    const test::directory_of_names directory(files);
    return directory.shorten(content_of(directory.path()).refused);
}

}  // namespace

TEST_CASE("stores and archives of other kinds are refused with what they are") {
    CHECK(refusal({"model.nemo"}).starts_with("model.nemo: is not read: it is of a NeMo archive; "));
    CHECK(refusal({"_CHECKPOINT_METADATA", "default/manifest.ocdbt"})
              .starts_with("_CHECKPOINT_METADATA: is not read: it is of an Orbax checkpoint; "));
    CHECK(refusal({"metadata.json", "model/embeddings/token_embeddings/weight/.zarray"})
              .starts_with("model/embeddings/token_embeddings/weight/.zarray: is not read: it is of a zarr array; "));
    CHECK(refusal({"common.pt", "decoder.layers.mlp.linear_fc1.weight/.zarray"}).find("zarr") != std::string::npos);
    CHECK(refusal({"adapter_model.safetensors", "adapter_config.json"}).find("an adapter and no model") !=
          std::string::npos);
}

TEST_CASE("a run's folder is not refused for what its checkpoints are") {
    CHECK(refusal({"1000/_CHECKPOINT_METADATA", "2000/_CHECKPOINT_METADATA"}) == "");
}

TEST_CASE("parts of tensors are told by the names of their files") {
    CHECK(detail::why_not_whole("zero_pp_rank_0_mp_rank_00_model_states.pt").find("ZeRO stage 3") != std::string::npos);
    CHECK(detail::why_not_whole("pytorch_model_fsdp_rank0.bin").find("flat parameters") != std::string::npos);
    CHECK(detail::why_not_whole("layer_0_expert_3_mp_rank_00_model_states.pt").find("expert") != std::string::npos);
    CHECK(detail::why_not_whole("mp_rank_00_model_states.pt") == "");
    CHECK(detail::why_not_whole("zero_pp_rank_0_mp_rank_00_optim_states.pt") == "");
}
