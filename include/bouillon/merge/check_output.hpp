// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint_set.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/core/parallel.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/merge/merged_tensors.hpp>
#include <bouillon/merge/provenance.hpp>
#include <bouillon/merge/side_files.hpp>
#include <bouillon/merge/staged_output.hpp>
#include <bouillon/merge/write_merged.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <sys/statvfs.h>
#include <vector>

namespace bouillon {

namespace detail {

/// Checks that a directory's file system has room; one that does not say how much it has passes.
/// @param directory that exists
/// @param size bytes
/// @param output what the message begins with
/// @throws input_error with both numbers
inline void check_room(const std::filesystem::path& directory, std::size_t size, const std::filesystem::path& output) {
    struct statvfs system {};
    if (::statvfs(directory.c_str(), &system) != 0 || system.f_blocks == 0) return;
    const std::uint64_t block = system.f_frsize > 0 ? system.f_frsize : system.f_bsize;
    if (size / block < system.f_bavail) return;
    throw input_error(output.string() + ": takes " + to_string(size) + " bytes, but its disk has " +
                      to_string(static_cast<std::size_t>(block * system.f_bavail)) + " bytes left");
}

/// Bytes of the tensors of a merge.
inline std::size_t merged_size(const merged_tensors& merged) {
    std::size_t size = 0;
    for (std::size_t i = 0; i < merged.tensors().size(); ++i) size += merged.size(i);
    return size;
}

/// What write_merged() would sum of all checkpoints. The weights do not sum to 1, so that no tensor is looked at to see
/// whether it can be copied.
inline merged_tensors sum_of_all(const checkpoint_set& checkpoints, const write_options& options) {
    const std::vector<double> ones(checkpoints.size(), 1.0);
    return {checkpoints, ones, options.groups, options.allow_non_finite, thread_count(options.threads)};
}

}  // namespace detail

/// Finds whatever in the checkpoints would stop a merge of them, of any weights.
///
/// A sum beyond its type's range depends on the weights: it is not found.
/// Cost: every checkpoint read once, at the disk's speed; no more than the tensors of integers and bools where
/// `options.allow_non_finite`. What a search then reads comes from the system's cache, as far as there is room.
/// @param checkpoints oldest first
/// @param options as the merge will be written with
/// @throws input_error as write_merged() does
inline void check_inputs(const checkpoint_set& checkpoints, const write_options& options = {}) {
    detail::sum_of_all(checkpoints, options).check_finite_inputs(thread_count(options.threads));
}

/// Finds whatever would stop write_merged(), before anybody knows of what weights, so that a search of hours does not
/// end without its output: the above, and an output that exists, cannot be made where it is to be, or takes more than
/// its disk has.
///
/// Cost: check_inputs()'s.
/// @param checkpoints oldest first
/// @param output as write_merged() takes it; nothing stays there
/// @param options as it will be written with
/// @throws input_error that says what
inline void check_output(const checkpoint_set& checkpoints, const std::filesystem::path& output,
                         const write_options& options = {}) {
    const auto merged = detail::sum_of_all(checkpoints, options);
    try {
        const staged_output made(output, options.force);
        detail::check_room(made.directory(), detail::merged_size(merged), output);
    } catch (const work_error& failure) {
        throw input_error(output.string() + ": cannot be written: " + failure.what());
    }
    if (output.extension() != ".safetensors")
        detail::side_file_hashes(detail::sources_of(checkpoints.newest().path(), checkpoints.options().config));
    merged.check_finite_inputs(thread_count(options.threads));
}

}  // namespace bouillon
