// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace bouillon {

/// How a directory stores a checkpoint's weights.
enum class stored_form {
    none,                ///< it holds no weights that are known as such
    safetensors,         ///< one file
    safetensors_shards,  ///< files that an index names
    safetensors_pieces,  ///< files `shard-*` of blocks of tensors, as PyTorch's Hugging Face writer saves them
    pytorch,             ///< one file of torch.save
    pytorch_shards,      ///< files of torch.save that an index names
    distributed,         ///< PyTorch's distributed checkpoint: `.metadata` and files `*.distcp`
    parameter_files      ///< nanotron's: a safetensors file for each parameter, below `model/`
};

/// What a checkpoint's directory holds, as content_of() tells it.
struct directory_content {
    stored_form form = stored_form::none;  ///< of the weights
    /// The file, the index, or the directory of the pieces, of `.metadata`, of nanotron's `model/`.
    std::filesystem::path place;
    std::vector<std::filesystem::path> weights;  ///< files that are there
    std::string refused;             ///< why it is a checkpoint that is not read, with its path; empty where it is read
    std::string unfinished;          ///< why it is not complete, with its path; empty where nothing says so
    std::vector<std::string> notes;  ///< what stands beside the weights and is not read, with its path

    /// Whether weights are there that can be opened.
    bool is_readable() const { return form != stored_form::none && refused.empty() && unfinished.empty(); }

    /// Whether there is anything to say of it as a checkpoint.
    bool is_known() const { return form != stored_form::none || !refused.empty() || !unfinished.empty(); }
};

}  // namespace bouillon
