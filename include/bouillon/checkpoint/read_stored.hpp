// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/stored_tensor.hpp>

#include <cstddef>
#include <span>

namespace bouillon::detail {

/// Copies a run of a tensor's bytes. Several threads may.
///
/// Cost: a call of the system for each row of a block (where blocks split the first dimension alone, for each block);
/// for a block with strides, for each line of elements that lie closest together.
/// @param tensor as check_blocks() leaves it
/// @param first_byte of the tensor
/// @param destination filled with what stands there: little-endian, row-major
/// @throws as input_file::read does
void read_stored(const stored_tensor& tensor, std::size_t first_byte, std::span<std::byte> destination);

/// Says that bytes [first_byte, first_byte + size) of a tensor will be read soon.
void prefetch_stored(const stored_tensor& tensor, std::size_t first_byte, std::size_t size);

}  // namespace bouillon::detail

#ifndef BOUILLON_COMPILED
#    include <bouillon/checkpoint/read_stored.ipp>
#endif
