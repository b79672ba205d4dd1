// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/folder/folder_content.hpp>

#include "checkpoint/checkpoint_names.hpp"
#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace bouillon;

namespace {

std::vector<std::string> names_in(const std::vector<std::string>& files) {
    const test::directory_of_names directory(files);
    std::vector<std::string> names;
    for (const auto& item : detail::checkpoints_in(directory.path(), false).checkpoints)
        names.push_back(item.path.filename().string() + (item.unfinished.empty() ? "" : " unfinished"));
    return names;
}

using names = std::vector<std::string>;

}  // namespace

TEST_CASE("a folder's checkpoints may be of any form") {
    CHECK(names_in({"step-1/pytorch_model.bin", "step-2/model_and_optim/.metadata",
                    "step-2/model_and_optim/__0_0.distcp", "step-3/model.safetensors",
                    "step-4/mp_rank_00/model_optim_rng.pt"}) == names{"step-1", "step-2", "step-3", "step-4"});
    CHECK(names_in({"iter-000100-ckpt.pth", "iter-000200-ckpt.pth", "optimizer.pt", "training_args.bin"}) ==
          names{"iter-000100-ckpt.pth", "iter-000200-ckpt.pth"});
    CHECK(names_in({"epoch=0-step=10.ckpt", "epoch=1-step=20.ckpt", "last.ckpt"}) ==
          names{"epoch=0-step=10.ckpt", "epoch=1-step=20.ckpt"});
}

TEST_CASE("what should be a checkpoint and lacks its weights is one where others have names of its kind") {
    CHECK(names_in({"step-1/model.safetensors", "step-2/", "step-3/optimizer.pt", "step-4/config.json", "logs/",
                    "eval-step-5/config.json"}) ==
          names{"step-1", "step-2 unfinished", "step-3 unfinished", "step-4 unfinished"});
    CHECK(names_in({"step-1/model.safetensors", "step-1/config.json", "tmp-step-2/model.safetensors"}) ==
          names{"step-1", "tmp-step-2 unfinished"});
    CHECK(names_in({"logs/", "2024/"}).empty());
}

TEST_CASE("names on their way to a checkpoint's are known") {
    for (const char* name : {"tmp-checkpoint-500", "step-5.tmp", "1000.orbax-checkpoint-tmp-17", "step-5.partial"})
        CHECK_MESSAGE(detail::is_temporary_name(name), std::string(name));
    for (const char* name : {"checkpoint-500", "attempt-5", "tmp"})
        CHECK_FALSE_MESSAGE(detail::is_temporary_name(name), std::string(name));
}
