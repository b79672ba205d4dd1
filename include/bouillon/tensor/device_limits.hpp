// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

/// How much of a forward pass is held on a device at a time, for whoever takes the memory and whoever foretells it.
namespace bouillon::detail {

/// Queries of a window that are multiplied together with the keys that any of them sees.
inline constexpr std::size_t block_queries = 256;

/// Scores of all heads that are held at a time; those of a block at least.
inline constexpr std::size_t scores_held = std::size_t{1} << 28;

/// Logits of a row that are held at a time.
inline constexpr std::size_t logits_held = 4096;

}  // namespace bouillon::detail
