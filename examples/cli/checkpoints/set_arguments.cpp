// SPDX-License-Identifier: Apache-2.0
#include "checkpoints/set_arguments.hpp"

#include <array>

namespace {

constexpr std::array dtypes = {dtype_choice{"keep", std::nullopt}, dtype_choice{"f32", bouillon::dtype::f32},
                               dtype_choice{"bf16", bouillon::dtype::bf16}, dtype_choice{"f16", bouillon::dtype::f16}};

constexpr std::array integers = {integers_choice{"same", false}, integers_choice{"newest", true}};

}  // namespace

std::span<const dtype_choice> dtype_choices() { return dtypes; }

std::span<const integers_choice> integers_choices() { return integers; }
