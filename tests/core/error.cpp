// SPDX-License-Identifier: Apache-2.0
#include <bouillon/core/error.hpp>

#include <type_traits>

using namespace bouillon;

// One family, whose two kinds are told apart: programs end with another status.
static_assert(std::is_base_of_v<error, input_error> && std::is_base_of_v<error, work_error>);
static_assert(!std::is_base_of_v<input_error, work_error> && !std::is_base_of_v<work_error, input_error>);

// A lost device is no failed trial, which the search would pass over.
static_assert(std::is_base_of_v<error, device_lost> && !std::is_base_of_v<work_error, device_lost>);

// What a caller may have an answer to is bad input for everybody else.
static_assert(std::is_base_of_v<input_error, output_exists> && std::is_base_of_v<input_error, not_finite> &&
              std::is_base_of_v<input_error, unknown_model> && std::is_base_of_v<input_error, unfinished_checkpoint> &&
              std::is_base_of_v<input_error, prefixed_names>);
