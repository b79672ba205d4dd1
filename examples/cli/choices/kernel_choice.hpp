// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "choices/any_kernel.hpp"

#include <cstddef>
#include <span>
#include <string_view>

/// Covariance of the surrogate.
struct kernel_choice {
    std::string_view name;
    any_kernel (*make)();
};

/// Those that --kernel names; the first, "auto", stands for default_kernel().
std::span<const kernel_choice> kernel_choices();

/// What a search in so many dimensions takes unless told otherwise.
const kernel_choice& default_kernel(std::size_t dimension);
