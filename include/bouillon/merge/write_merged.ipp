// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint_set.hpp>
#include <bouillon/checkpoint/folder/sharded_content.hpp>
#include <bouillon/core/compiled.hpp>
#include <bouillon/merge/input_hashes.hpp>
#include <bouillon/merge/merged_tensors.hpp>
#include <bouillon/merge/provenance.hpp>
#include <bouillon/merge/recipe.hpp>
#include <bouillon/merge/shards.hpp>
#include <bouillon/merge/side_files.hpp>
#include <bouillon/merge/staged_output.hpp>
#include <bouillon/merge/streamed_files.hpp>
#include <bouillon/merge/write_merged.hpp>
#include <bouillon/process/any_processes.hpp>
#include <bouillon/process/collectives.hpp>
#include <bouillon/process/message.hpp>

#include <nlohmann/json.hpp>

#include <atomic>
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

/// Writes files of merged tensors by all processes: rank 0 makes them, and each writes a part of the pieces.
/// @param hashes on rank 0, of all that the processes read
inline void stream_together(const any_processes& processes, const merged_tensors& merged,
                            std::span<const streamed_file> files, const stream_plan& plan, input_hashes& hashes,
                            const write_options& options) {
    std::vector<output_file> outputs;  // (files)
    if (processes.rank() == 0) outputs = create_outputs(files, options.life);
    std::vector<std::byte> made;
    broadcast(processes, made);
    for (const auto& file : files)
        if (processes.rank() != 0) outputs.push_back(output_file::existing(file.path, options.life));
    stream_pieces(merged, files, std::move(outputs), plan, processes.rank(), processes.size(), &hashes, options.stop);
    const auto read = message_writer().put_list(std::span<const hash_bits>(hashes.sums()));
    const auto of_all = collect(processes, read.bytes());
    for (std::size_t rank = 1; rank < of_all.size(); ++rank)
        hashes.add(message_reader(of_all[rank]).get_list<hash_bits>());
}

/// Writes the tensors of a merged checkpoint into `directory`: one file, or shards and their index.
/// @param shard_size 0 for one file
/// @returns the shards
inline std::vector<shard> write_tensors(const any_processes& processes, const merged_tensors& merged,
                                        const std::filesystem::path& directory, std::size_t shard_size,
                                        const std::map<std::string, std::string>& metadata, const stream_plan& plan,
                                        input_hashes& hashes, const write_options& options) {
    std::vector<std::size_t> sizes;  // (tensors), bytes
    for (std::size_t i = 0; i < merged.tensors().size(); ++i) sizes.push_back(merged.size(i));
    auto shards = split_into_shards(sizes, shard_size);
    const auto files = lay_out_files(merged, shards, directory, metadata);
    stream_together(processes, merged, files, plan, hashes, options);
    if (files.size() == 1 || processes.rank() != 0) return shards;
    std::vector<std::string> names;  // (shards)
    for (const auto& file : files) names.push_back(file.path.filename().string());
    const auto total = std::accumulate(sizes.begin(), sizes.end(), std::size_t{0});
    const auto index = shard_index(merged.tensors(), shards, names, total);
    write_file(directory / safetensors_names.index(), index, options.life);
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

/// Where all processes write, and in pieces of which size: as rank 0 has it.
inline std::filesystem::path common_place(const any_processes& processes, const std::optional<staged_output>& staged,
                                          stream_plan& plan) {
    message_writer own;
    if (staged) own.put_text(staged->directory().string()).put(plan.piece);
    std::vector<std::byte> message(own.bytes().begin(), own.bytes().end());
    broadcast(processes, message);
    message_reader place(std::move(message));
    std::filesystem::path directory = place.get_text();
    const auto piece = place.get<std::size_t>();
    plan.piece = piece;
    return directory;
}

}  // namespace detail

BOUILLON_DEFINITION void write_merged(const checkpoint_set& checkpoints, std::span<const double> merge_weights,
                                      const std::filesystem::path& output, const write_options& options) {
    const any_processes alone;
    const any_processes& processes = options.processes ? *options.processes : alone;
    if (processes.rank() == 0) require_writable_target(output, options.force);
    // What lies apart in its file is read in as many calls, however few bytes are wanted of each place.
    const std::size_t run = checkpoints.is_scattered() ? std::size_t{4} << 20 : std::size_t{1} << 16;
    auto plan = detail::plan_stream(options.memory, checkpoints.size(), options.threads, run);
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
    std::optional<staged_output> staged;
    if (processes.rank() == 0) staged.emplace(output, options.force, options.life);
    const std::filesystem::path directory = detail::common_place(processes, staged, plan);
    detail::input_hashes hashes(merged.inputs(), merged.tensors().size());
    const auto shards = detail::write_tensors(processes, merged, directory, single ? 0 : options.shard_size, metadata,
                                              plan, hashes, options);
    if (!staged) return;
    detail::set_hashes(recipe, hashes, merged.all_inputs());
    if (options.expected) detail::check_inputs(recipe, *options.expected);
    if (single) {
        metadata[key] = to_json(recipe, -1);  // as long as the one that stands there
        const auto file = detail::lay_out_files(merged, shards, directory, metadata).front();
        overwrite_start(file.path, file.layout.header, options.life);
        return staged->publish(file.path);
    }
    detail::write_file(directory / recipe_file_name, to_json(recipe, 2) + '\n', options.life);
    detail::copy_side_files(side_files, directory, checkpoints.types().type, options.life);
    staged->publish(directory);
}

BOUILLON_DEFINITION void reproduce_merge(merge_recipe recipe, const std::filesystem::path& output,
                                         write_options options) {
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
