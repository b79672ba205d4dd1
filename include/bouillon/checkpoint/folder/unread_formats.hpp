// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/folder/directory_names.hpp>

#include <array>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

namespace bouillon::detail {

/// Whether processes that share tensors out wrote a file, and what of it bouillon cannot put together.
/// @returns why, to go on a path and a colon; empty for what is no such file
inline std::string why_not_whole(std::string_view name) {
    const auto holds = [&](std::string_view part) { return name.find(part) != name.npos; };
    if (name.starts_with("pytorch_model_fsdp_rank"))
        return "holds one process's flat parameters of FSDP; save a full or a sharded state dict instead";
    if (!name.ends_with("model_states.pt")) return "";
    if (holds("zero_pp_rank_"))
        return "holds one process's part of each tensor (DeepSpeed's ZeRO stage 3); make whole ones of them first with "
               "the zero_to_fp32.py beside it";
    if (name.starts_with("layer_"))
        return "holds one layer or expert of a DeepSpeed pipeline; convert the checkpoint to Hugging Face's layout "
               "first";
    return "";
}

/// A format that is not read, as names in a directory show it.
struct unread_format {
    std::string_view ending;  ///< of the name of a file or directory
    std::string_view is;      ///< what has it, and what to do
};

inline constexpr auto unread_formats = std::to_array<unread_format>(
    {{".nemo", "a NeMo archive; export it to Hugging Face's layout (nemo's scripts/checkpoint_converters)"},
     {".zarray", "a zarr array; export the checkpoint to Hugging Face's layout, or save it as torch_dist"},
     {".zgroup", "a zarr group; export the checkpoint to Hugging Face's layout, or save it as torch_dist"},
     {"zarr.json", "a zarr store; export the checkpoint to Hugging Face's layout, or save it as torch_dist"},
     {"_CHECKPOINT_METADATA", "an Orbax checkpoint; export it to Hugging Face's layout"},
     {"manifest.ocdbt", "an Orbax checkpoint; export it to Hugging Face's layout"},
     {".gguf", "a GGUF file; take the checkpoint that it was made of"},
     {".msgpack", "a Flax file; load it with transformers (from_flax=True) and save it again"},
     {".h5", "a TensorFlow file; load it with transformers (from_tf=True) and save it again"},
     {"adapter_model.safetensors", "an adapter and no model; merge it into its model first"},
     {"adapter_model.bin", "an adapter and no model; merge it into its model first"}});

inline std::string unread_format_among(const directory_names& names) {
    for (const auto& format : unread_formats)
        for (const auto& name : names.files)
            if (name.ends_with(format.ending))
                return (names.directory / name).string() + ": is not read: it is of " + std::string(format.is);
    return "";
}

/// Why what a directory holds is not read, where it is a checkpoint of a known kind that is not; else empty.
///
/// Stores of arrays begin some directories deeper. Cost: those are listed, but none whose name begins or ends in a
/// number, as a run's checkpoints do.
inline std::string why_not_read(const directory_names& names, int depth = 8) {
    if (auto why = unread_format_among(names); !why.empty() || depth == 0) return why;
    for (const auto& below : names.directories) {
        constexpr std::string_view digits = "0123456789";
        if (below.starts_with('.') || digits.find(below.front()) != digits.npos ||
            digits.find(below.back()) != digits.npos)
            continue;
        // All of a store's directories are alike, so below the first level the first one is enough.
        std::error_code unreadable;
        const std::filesystem::directory_iterator listed(names.directory / below, unreadable);
        if (unreadable) continue;
        if (auto why = why_not_read(names_in(names.directory / below), depth - 1); !why.empty()) return why;
        if (depth < 8) break;
    }
    return "";
}

}  // namespace bouillon::detail
