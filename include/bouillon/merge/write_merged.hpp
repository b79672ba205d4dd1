// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint_set.hpp>
#include <bouillon/merge/input_hashes.hpp>
#include <bouillon/merge/merged_tensors.hpp>
#include <bouillon/merge/provenance.hpp>
#include <bouillon/merge/recipe.hpp>
#include <bouillon/merge/shards.hpp>
#include <bouillon/merge/side_files.hpp>
#include <bouillon/merge/staged_output.hpp>
#include <bouillon/merge/streamed_files.hpp>

#include <nlohmann/json.hpp>

#include <atomic>
#include <cstddef>
#include <filesystem>
#include <map>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bouillon {

/// How write_merged() writes.
struct write_options {
    bool force = false;                             ///< replace an output that exists
    std::map<std::string, std::string> provenance;  ///< goes into the file's metadata
    std::size_t threads = 0;                        ///< 0: all
    std::size_t memory = std::size_t{256} << 20;    ///< bytes that buffers may take
    std::size_t shard_size = 5'000'000'000;         ///< bytes of tensors a file of a directory holds; 0: any number
    bool allow_non_finite = false;                  ///< let NaN and infinity pass
    tensor_groups groups = {};                      ///< of tensors that have merge weights of their own
    const merge_recipe* expected = nullptr;         ///< of the same inputs: those whose hashes differ are refused
    const std::atomic<bool>* stop = nullptr;        ///< once true, the merge ends with a work_error and leaves nothing
};

namespace detail {

inline std::map<std::string, std::string> merged_metadata(const merged_tensors& merged, const merge_recipe& recipe) {
    auto names = nlohmann::json::array(), weights = nlohmann::json::array();
    for (std::size_t k = 0; k < merged.inputs(); ++k) names.push_back(merged.input(k).name());
    for (const auto& input : recipe.inputs)
        weights.push_back(recipe.groups.groups.empty() ? nlohmann::json(input.merge_weights[0])
                                                       : nlohmann::json(input.merge_weights));
    auto metadata = recipe.provenance;
    metadata["format"] = "pt";  // several loaders look for it
    metadata["bouillon.checkpoints"] = names.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    metadata["bouillon.merge_weights"] = weights.dump();
    return metadata;
}

/// The files of a merged checkpoint in `directory`, each with its header and its tensors.
/// @param shards of merged tensors, by index; one is a single file
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
        const auto path =
            directory / (shards.size() == 1 ? safetensors_names.single() : shard_name(files.size() + 1, shards.size()));
        files.push_back({path, lay_out_safetensors(path.string(), std::move(tensors), metadata), {}});
        for (const auto& entry : files.back().layout.tensors) files.back().sources.push_back(index_of.at(entry.name));
    }
    return files;
}

/// Writes the tensors of a merged checkpoint into `directory`: one file, or shards and their index.
/// @returns the shards
inline std::vector<shard> write_tensors(const merged_tensors& merged, const std::filesystem::path& directory,
                                        std::size_t shard_size, const std::map<std::string, std::string>& metadata,
                                        const stream_plan& plan, input_hashes& hashes, const std::atomic<bool>* stop) {
    std::vector<std::size_t> sizes;  // (tensors), bytes
    for (std::size_t i = 0; i < merged.tensors().size(); ++i) sizes.push_back(merged.size(i));
    auto shards = split_into_shards(sizes, shard_size);
    const auto files = lay_out_files(merged, shards, directory, metadata);
    stream_files(merged, files, plan, &hashes, stop);
    if (files.size() == 1) return shards;
    std::vector<std::string> names;  // (shards)
    for (const auto& file : files) names.push_back(file.path.filename().string());
    const auto total = std::accumulate(sizes.begin(), sizes.end(), std::size_t{0});
    const auto index = shard_index(merged.tensors(), shards, names, total);
    write_file(directory / safetensors_names.index(), index);
    return shards;
}

/// The recipe of a merge before the tensors are read: zeros stand where their hashes will.
inline merge_recipe recipe_of(const checkpoint_set& checkpoints, std::span<const double> merge_weights,
                              const write_options& options) {
    merge_recipe recipe;
    if (merge_weights.size() != checkpoints.size()) recipe.groups = options.groups;
    for (std::size_t k = 0; k < checkpoints.size(); ++k) {
        recipe_input input{checkpoints[k].path(), {}, ""};
        for (std::size_t g = 0; g < recipe.groups.size(); ++g)
            input.merge_weights.push_back(merge_weights[g * checkpoints.size() + k]);
        if (!is_used(input)) continue;
        input.hash = hash_bits{}.hex();
        recipe.inputs.push_back(std::move(input));
    }
    recipe.types = checkpoints.types();
    recipe.newest_integers = checkpoints.takes_newest_integers();
    recipe.prefixes = checkpoints.options().prefixes;
    recipe.config = checkpoints.options().config;
    recipe.shard_size = options.shard_size;
    recipe.allow_non_finite = options.allow_non_finite;
    recipe.optimizer_state = checkpoints.keeps_optimizer_state();
    recipe.provenance = options.provenance;
    return recipe;
}

}  // namespace detail

/// Writes the weighted sum of checkpoints as a checkpoint that any Hugging Face tool can load.
///
///     output = sum_k merge_weights[k] * checkpoints[k]
///
/// F64, F32, F16 and BF16 tensors are summed as weighted_sum says; weights are taken as they are, never normalised, and
/// a checkpoint of weight exactly 0 (in every group) is absent, whatever it holds. Of the others, a float tensor that
/// is the same in all is copied when the weights sum to 1 (within 1e-12); a tensor of any other type is copied, and
/// must be bitwise the same in all, unless the set takes the newest's. What type each has in the output, the set's
/// options say (set_options::types).
/// Cost: each input read once, or twice where its tensors may all be the same; memory for pieces of the output and of
/// the inputs, `options.memory` at most, however large the checkpoints are.
/// @param checkpoints oldest first
/// @param merge_weights (checkpoints), for all tensors alike, or (groups, checkpoints), row by row, of
/// `options.groups`; dimensionless
/// @param output one file when it ends in `.safetensors`, else a directory, with the side files of the newest
/// checkpoint whose weight is not 0, when that is a directory: its configuration (with its type changed as
/// the set's options say, or the one that they give), tokenizer and code. It appears whole or not at all, and may be
/// one of the inputs. Its recipe (recipe.hpp) is the file bouillon-recipe.json in the directory, or in the metadata of
/// the file.
/// @param options how to write it, and with which resources
/// @throws input_error for weights and tensors that cannot be merged, for an output that exists
/// (require_writable_target says what `options.force` may replace), for a file that changes meanwhile, and unless
/// `options.allow_non_finite` for an input that is NaN or infinite and a sum beyond its type's range
/// @throws work_error when reading or writing fails, and when `options.stop` says so
inline void write_merged(const checkpoint_set& checkpoints, std::span<const double> merge_weights,
                         const std::filesystem::path& output, const write_options& options = {}) {
    require_writable_target(output, options.force);
    // What lies apart in its file is read in as many calls, however few bytes are wanted of each place.
    const std::size_t run = checkpoints.is_scattered() ? std::size_t{4} << 20 : std::size_t{1} << 16;
    const auto plan = detail::plan_stream(options.memory, checkpoints.size(), options.threads, run);
    const detail::merged_tensors merged(checkpoints, merge_weights, options.groups, options.allow_non_finite,
                                        plan.threads);
    const bool single = output.extension() == ".safetensors";
    const auto& newest = merged.input(merged.inputs() - 1);
    const auto side_files =
        single ? detail::side_file_sources() : detail::sources_of(newest.path(), checkpoints.options().config);
    auto recipe = detail::recipe_of(checkpoints, merge_weights, options);
    if (!single) recipe.side_files = detail::side_file_hashes(side_files);
    if (options.expected && recipe.side_files && options.expected->side_files)
        detail::check_side_files(newest.path(), *recipe.side_files, *options.expected->side_files);
    auto metadata = detail::merged_metadata(merged, recipe);
    const std::string key(recipe_key);
    if (single) metadata[key] = to_json(recipe, -1);
    staged_output staged(output, options.force);
    detail::input_hashes hashes(merged.inputs(), merged.tensors().size());
    const auto shards = detail::write_tensors(merged, staged.directory(), single ? 0 : options.shard_size, metadata,
                                              plan, hashes, options.stop);
    detail::set_hashes(recipe, hashes, merged.all_inputs());
    if (options.expected) detail::check_inputs(recipe, *options.expected);
    if (single) {
        metadata[key] = to_json(recipe, -1);  // as long as the one that stands there
        const auto file = detail::lay_out_files(merged, shards, staged.directory(), metadata).front();
        overwrite_start(file.path, file.layout.header);
        return staged.publish(file.path);
    }
    detail::write_file(staged.directory() / recipe_file_name, to_json(recipe, 2) + '\n');
    detail::copy_side_files(side_files, staged.directory(), checkpoints.types().type);
    staged.publish(staged.directory());
}

/// Merges once more what a recipe was written by: the same bytes, if the inputs are.
///
/// Cost: write_merged()'s.
/// @param recipe as read_recipe() gives it
/// @param output as write_merged() takes it
/// @param options force, threads and memory count; all else is the recipe's
/// @throws as write_merged() does, and input_error, with both hashes, for an input that is not what it was
inline void reproduce_merge(merge_recipe recipe, const std::filesystem::path& output, write_options options = {}) {
    std::erase_if(recipe.inputs, [](const recipe_input& input) { return !detail::is_used(input); });
    std::vector<std::filesystem::path> paths;  // (inputs)
    std::vector<double> merge_weights;         // (groups, inputs)
    for (const auto& input : recipe.inputs) paths.push_back(input.checkpoint);
    for (std::size_t g = 0; g < recipe.groups.size(); ++g)
        for (const auto& input : recipe.inputs) merge_weights.push_back(input.merge_weights[g]);
    options.groups = recipe.groups;
    options.shard_size = recipe.shard_size;
    options.allow_non_finite = recipe.allow_non_finite;
    options.provenance = recipe.provenance;
    options.expected = &recipe;
    const set_options opening{.state = recipe.optimizer_state ? optimizer_state::keep : optimizer_state::leave_out,
                              .types = recipe.types,
                              .prefixes = recipe.prefixes,
                              .config = recipe.config,
                              .newest_integers = recipe.newest_integers};
    write_merged(open_checkpoints(paths, opening), merge_weights, output, options);
}

}  // namespace bouillon
