// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint_set.hpp>
#include <bouillon/checkpoint/output_file.hpp>
#include <bouillon/merge/recipe.hpp>
#include <bouillon/merge/tensor_groups.hpp>

#include <atomic>
#include <cstddef>
#include <filesystem>
#include <map>
#include <span>
#include <string>

namespace bouillon {

class any_processes;

/// How write_merged() writes.
struct write_options {
    bool force = false;                             ///< replace an output that exists
    std::map<std::string, std::string> provenance;  ///< goes into the file's metadata
    std::size_t threads = 0;                        ///< 0: all
    std::size_t memory = std::size_t{256} << 20;    ///< bytes that buffers may take
    std::size_t shard_size = 5'000'000'000;         ///< bytes of tensors a file of a directory holds; 0: any number
    bool allow_non_finite = false;                  ///< let NaN and infinity pass
    file_life life = file_life::lasting;            ///< of the output: passing for one that is soon removed
    tensor_groups groups = {};                      ///< of tensors that have merge weights of their own
    const merge_recipe* expected = nullptr;         ///< of the same inputs: those whose hashes differ are refused
    const std::atomic<bool>* stop = nullptr;        ///< once true, the merge ends with a work_error and leaves nothing
    const any_processes* processes = nullptr;       ///< that write together, to a file system that all of them have;
                                                    ///< each calls it with the same arguments; null: this one alone
};

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
void write_merged(const checkpoint_set& checkpoints, std::span<const double> merge_weights,
                  const std::filesystem::path& output, const write_options& options = {});

/// Merges once more what a recipe was written by: the same bytes, if the inputs are.
///
/// Cost: write_merged()'s.
/// @param recipe as read_recipe() gives it
/// @param output as write_merged() takes it
/// @param options force, threads and memory count; all else is the recipe's
/// @throws as write_merged() does, and input_error, with both hashes, for an input that is not what it was
void reproduce_merge(merge_recipe recipe, const std::filesystem::path& output, write_options options = {});

}  // namespace bouillon

#ifndef BOUILLON_COMPILED
#    include <bouillon/merge/write_merged.ipp>
#endif
