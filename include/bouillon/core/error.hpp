// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>

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

/// The work itself failed: the disk is full, a rename was refused, a scorer never returned a number.
/// Programs end with status 1.
struct work_error : error {
    using error::error;
};

}  // namespace bouillon
