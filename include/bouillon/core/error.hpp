// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace bouillon {

/// Base of every exception that bouillon throws. The message names the thing (file, tensor, option) and both values.
struct error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// What was given cannot be used: a file that is missing or not what it must be, an argument outside its range.
/// Nothing was written. Programs end with status 2.
struct input_error : error {
    using error::error;
};

/// An output that exists, which the caller did not say may be replaced.
struct output_exists : input_error {
    using input_error::input_error;
};

/// A number that is NaN, infinite or beyond its type's range where the caller asked for finite ones only.
struct not_finite : input_error {
    using input_error::input_error;
};

/// A tensor that is stored in one float type in one checkpoint and in another in another.
struct types_differ : input_error {
    using input_error::input_error;
};

/// A tensor of integers or bools, which cannot be summed, that is not the same in all checkpoints.
struct integers_differ : input_error {
    using input_error::input_error;
};

/// A model of an architecture that bouillon cannot score itself.
struct unknown_model : input_error {
    using input_error::input_error;
};

/// A checkpoint that its trainer has not finished writing, or was killed while it wrote it.
struct unfinished_checkpoint : input_error {
    using input_error::input_error;
};

/// Tensors that are called otherwise than expected by just what a wrapper of their model put before their names.
struct prefixed_names : input_error {
    /// Takes the message, and what the wrapper put before the names.
    prefixed_names(const std::string& what, std::string put_before)
        : input_error(what), prefix(std::move(put_before)) {}

    std::string prefix;  ///< e.g. "_orig_mod."
};

/// The work itself failed: the disk is full, a rename was refused, a scorer never returned a number.
/// Programs end with status 1.
struct work_error : error {
    using error::error;
};

/// The caller asked that the work end before it was done: nothing failed, and nothing is to be concluded from it.
struct interrupted : error {
    using error::error;
};

/// The device that computes can be used no more by this process: every later call fails too, so nobody may go on to
/// the next trial. Programs end with status 1.
struct device_lost : error {
    using error::error;
};

/// One of several processes failed in the middle of what all of them do together: the others wait for what never comes,
/// so nobody may go on to the next trial, and the program is to end all of them. Programs end with status 1.
struct process_lost : error {
    using error::error;
};

}  // namespace bouillon
