// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint_set.hpp>
#include <bouillon/merge/merged_tensors.hpp>
#include <bouillon/merge/shards.hpp>
#include <bouillon/merge/side_files.hpp>
#include <bouillon/merge/staged_output.hpp>
#include <bouillon/merge/streamed_files.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <filesystem>
#include <map>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bouillon {

/// How write_merged() writes.
struct write_options {
    bool force = false;                             // replace an output that exists
    std::optional<dtype> type;                      // of the output's float tensors; nothing: each keeps its own
    std::map<std::string, std::string> provenance;  // goes into the file's metadata
    std::size_t threads = 0;                        // 0: all
    std::size_t memory = std::size_t{256} << 20;    // bytes that buffers may take
    std::size_t shard_size = 5'000'000'000;         // bytes of tensors a file of a directory holds; 0: any number
    bool allow_non_finite = false;                  // let NaN and infinity pass
};

namespace detail {

inline std::map<std::string, std::string> merged_metadata(const checkpoint_set& checkpoints,
                                                          std::span<const double> weights,
                                                          const std::map<std::string, std::string>& provenance) {
    auto names = nlohmann::json::array();
    for (const auto& checkpoint : checkpoints) names.push_back(checkpoint.name());
    auto metadata = provenance;
    metadata["format"] = "pt";  // several loaders look for it
    metadata["bouillon.checkpoints"] = names.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    metadata["bouillon.merge_weights"] = nlohmann::json(std::vector(weights.begin(), weights.end())).dump();
    return metadata;
}

/// The files of a merged checkpoint in `directory`, each with its header and its tensors.
/// `shards`: of merged tensors, by index; one is a single file.
inline std::vector<streamed_file> lay_out_files(const merged_tensors& merged, std::span<const shard> shards,
                                                const std::filesystem::path& directory,
                                                const std::map<std::string, std::string>& metadata) {
    std::map<std::string_view, std::size_t> index_of;
    for (std::size_t i = 0; i < merged.tensors().size(); ++i) index_of[merged.tensors()[i].name] = i;
    std::vector<streamed_file> files;  // (shards)
    for (const shard& indices : shards) {
        std::vector<checkpoint_tensor> tensors;  // (of the shard)
        for (const std::size_t i : indices) {
            tensors.push_back(merged.tensors()[i]);
            tensors.back().type = merged.type(i);
        }
        const auto path = directory / (shards.size() == 1 ? std::string(single_file_name)
                                                          : shard_name(files.size() + 1, shards.size()));
        files.push_back({path, lay_out_safetensors(path.string(), std::move(tensors), metadata), {}});
        for (const auto& entry : files.back().layout.tensors) files.back().sources.push_back(index_of.at(entry.name));
    }
    return files;
}

/// Writes the tensors of a merged checkpoint into `directory`: one file, or shards and their index.
inline void write_tensors(const merged_tensors& merged, const std::filesystem::path& directory, std::size_t shard_size,
                          const std::map<std::string, std::string>& metadata, const stream_plan& plan) {
    std::vector<std::size_t> sizes;  // (tensors), bytes
    for (std::size_t i = 0; i < merged.tensors().size(); ++i) sizes.push_back(merged.size(i));
    const auto shards = split_into_shards(sizes, shard_size);
    const auto files = lay_out_files(merged, shards, directory, metadata);
    stream_files(merged, files, plan);
    if (files.size() == 1) return;
    std::vector<std::string> names;  // (shards)
    for (const auto& file : files) names.push_back(file.path.filename().string());
    const auto total = std::accumulate(sizes.begin(), sizes.end(), std::size_t{0});
    const auto index = shard_index(merged.tensors(), shards, names, total);
    write_file(directory / index_file_name, index);
}

}  // namespace detail

/// Writes the weighted sum of checkpoints as a checkpoint that any Hugging Face tool can load.
///
///     output = sum_k merge_weights[k] * checkpoints[k]
///
/// F64, F32, F16 and BF16 tensors are summed as weighted_sum says; weights are taken as they are, never normalised, and
/// a checkpoint of weight exactly 0 is absent, whatever it holds. A float tensor that is the same in all others is
/// copied when the weights sum to 1 (within 1e-12); a tensor of any other type is copied, and must be bitwise the same
/// in every checkpoint.
/// - `merge_weights`: (checkpoints), dimensionless.
/// - `out`: one file when it ends in `.safetensors`, else a directory, with the side files of the newest checkpoint
///   when that is a directory: its configuration (with its type changed as `options.type` says), tokenizer and code. It
///   appears whole or not at all, and may be one of the inputs.
///
/// Throws input_error for weights and tensors that cannot be merged, for an output that exists (require_writable_target
/// says what `options.force` may replace), for a file that changes meanwhile, and unless `options.allow_non_finite` for
/// an input that is NaN or infinite and a sum beyond its type's range; work_error when reading or writing fails.
/// Cost: each input read once, or twice where its tensors may all be the same; memory for pieces of the output and of
/// the inputs, `options.memory` at most, however large the checkpoints are.
inline void write_merged(const checkpoint_set& checkpoints, std::span<const double> merge_weights,
                         const std::filesystem::path& out, const write_options& options = {}) {
    require_writable_target(out, options.force);
    const auto plan = detail::plan_stream(options.memory, checkpoints.size(), options.threads);
    const detail::merged_tensors merged(checkpoints, merge_weights, options.type, options.allow_non_finite,
                                        plan.threads);
    const auto metadata = detail::merged_metadata(checkpoints, merge_weights, options.provenance);
    staged_output staged(out, options.force);
    const bool single = out.extension() == ".safetensors";
    detail::write_tensors(merged, staged.directory(), single ? 0 : options.shard_size, metadata, plan);
    if (!single && checkpoints.newest().is_directory())
        detail::copy_side_files(checkpoints.newest().path(), staged.directory(), options.type);
    staged.publish(single ? staged.directory() / detail::single_file_name : staged.directory());
}

}  // namespace bouillon
