// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint_contents.hpp>

#include <filesystem>

namespace bouillon::detail {

/// Finds out what a checkpoint holds and where its tensors lie, whatever its format.
/// @param path a directory in a form of stored_form.hpp, or a file
/// @param training_state whether tensors of an optimizer and a trainer are to be read: where they make up most of the
///     files' headers, those are faster read without
/// @throws input_error for what cannot be opened, breaks a rule of its format, or is not complete
checkpoint_contents read_checkpoint(const std::filesystem::path& path, bool training_state);

}  // namespace bouillon::detail

#ifndef BOUILLON_COMPILED
#    include <bouillon/checkpoint/read_checkpoint.ipp>
#endif
