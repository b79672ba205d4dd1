// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "run_time_choice.hpp"
#include "search_arguments.hpp"

/// The space that was asked for, "auto" apart, which must have been resolved.
any_space make_space(const search_arguments& arguments);
