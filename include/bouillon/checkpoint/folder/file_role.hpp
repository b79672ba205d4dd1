// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace bouillon {

/// The file in a merged checkpoint's directory that holds its recipe (merge/recipe.hpp).
inline constexpr std::string_view recipe_file_name = "bouillon-recipe.json";

/// What a file beside or of a checkpoint's weights is for.
enum class file_role {
    weights,        ///< tensors of the model, in any format
    weights_index,  ///< which file holds which tensor
    trainer_state,  ///< an optimizer's, a scheduler's, a random number generator's state, or a script of the trainer
    other           ///< e.g. the configuration, the tokenizer, code of the model
};

namespace detail {

template <class Names>
bool any_begins(const Names& beginnings, std::string_view name) {
    return std::any_of(beginnings.begin(), beginnings.end(), [&](auto begin) { return name.starts_with(begin); });
}

template <class Names>
bool any_ends(const Names& ends, std::string_view name) {
    return std::any_of(ends.begin(), ends.end(), [&](auto end) { return name.ends_with(end); });
}

/// Whether a name is that of what a trainer of a common kind (transformers, accelerate, DeepSpeed, Megatron, OLMo,
/// torchtitan) keeps to go on with.
inline bool is_trainer_state(std::string_view name) {
    constexpr auto whole = std::to_array<std::string_view>(
        {"trainer_state.json", "train_state.json", "training_state.json", "latest", "latest_checkpointed_iteration.txt",
         "latest.txt", "zero_to_fp32.py", "checkpoint_metadata.json", "metadata.json", "trainer_log.jsonl"});
    constexpr auto ends = std::to_array<std::string_view>({"_results.json", ".log", ".out", ".err", ".lock", ".tmp",
                                                           ".incomplete", ".wandb", ".sh", ".sbatch", ".slurm"});
    constexpr auto stores =
        std::to_array<std::string_view>({".pt", ".pth", ".bin", ".ckpt", ".pkl", ".pickle", ".npz", ".safetensors"});
    constexpr auto states = std::to_array<std::string_view>(
        {"optimizer",      "optim.",        "optim_",        "optim-",     "scheduler",     "lr_scheduler",
         "rng_state",      "random_states", "training_args", "train.",     "train_state",   "trainer_state",
         "training_state", "scaler.",       "sampler",       "dataloader", "dl_state_dict", "custom_checkpoint",
         "distrib_optim",  "common."});
    if (std::find(whole.begin(), whole.end(), name) != whole.end() || any_ends(ends, name)) return true;
    if (name.starts_with("events.out.tfevents")) return true;
    return any_ends(stores, name) && (any_begins(states, name) || name.find("optim_states.") != name.npos);
}

}  // namespace detail

/// What a file is for, told from its name alone.
/// @param name the last component of its path
inline file_role role_of(std::string_view name) {
    constexpr auto stores =
        std::to_array<std::string_view>({".safetensors", ".bin", ".pt", ".pth", ".ckpt", ".distcp", ".gguf", ".h5",
                                         ".msgpack", ".onnx", ".onnx_data", ".nemo", ".npz", ".pkl"});
    if (detail::is_trainer_state(name)) return file_role::trainer_state;
    if (name.ends_with(".index.json")) return file_role::weights_index;
    return detail::any_ends(stores, name) ? file_role::weights : file_role::other;
}

}  // namespace bouillon
