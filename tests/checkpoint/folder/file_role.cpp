// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/folder/file_role.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace bouillon;

TEST_CASE("files of weights in any format are known by their names") {
    for (const char* name :
         {"model.safetensors", "model-00001-of-00002.safetensors", "pytorch_model.bin", "model.pt", "lit_model.pth",
          "consolidated.00.pth", "last.ckpt", "__0_0.distcp", "model.gguf", "flax_model.msgpack", "tf_model.h5"})
        CHECK_MESSAGE(role_of(name) == file_role::weights, std::string(name));
    for (const char* name : {"model.safetensors.index.json", "pytorch_model.bin.index.json"})
        CHECK_MESSAGE(role_of(name) == file_role::weights_index, std::string(name));
}

TEST_CASE("what a trainer keeps to go on with is no weight") {
    for (const char* name : {"optimizer.pt",
                             "optimizer.bin",
                             "scheduler.pt",
                             "scheduler.bin",
                             "rng_state.pth",
                             "rng_state_7.pth",
                             "random_states_0.pkl",
                             "training_args.bin",
                             "optim.pt",
                             "optim.safetensors",
                             "train.pt",
                             "scaler.pt",
                             "sampler.bin",
                             "distrib_optim.pt",
                             "common.pt",
                             "zero_pp_rank_0_mp_rank_00_optim_states.pt",
                             "bf16_zero_pp_rank_1_mp_rank_00_optim_states.pt",
                             "trainer_state.json",
                             "latest",
                             "zero_to_fp32.py",
                             "latest_checkpointed_iteration.txt",
                             "all_results.json",
                             "events.out.tfevents.1700000000.host.1.0"})
        CHECK_MESSAGE(role_of(name) == file_role::trainer_state, std::string(name));
}

TEST_CASE("a configuration, a tokenizer, code and papers are neither weights nor a trainer's") {
    for (const char* name :
         {"config.json", "generation_config.json", "tokenizer.json", "tokenizer.model", "tekken.json", "qwen.tiktoken",
          "modeling_custom.py", "LICENSE", "scheduler_notes.md", "optimizer.md", "vocab.json", "chat_template.jinja"})
        CHECK_MESSAGE(role_of(name) == file_role::other, std::string(name));
}
