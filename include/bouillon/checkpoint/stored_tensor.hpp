// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint_tensor.hpp>
#include <bouillon/checkpoint/input_file.hpp>
#include <bouillon/core/in_quotes.hpp>
#include <bouillon/core/to_string.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace bouillon {

/// A block of a tensor as it lies in a file: little-endian elements, uncompressed.
struct tensor_block {
    std::shared_ptr<const input_file> file;  ///< open, shared by all its blocks
    std::size_t begin = 0;                   ///< bytes from the file's start, of the block's first element
    std::vector<std::size_t> offsets;        ///< (dimensions) of its first element in the whole tensor; empty: all 0
    std::vector<std::size_t> shape;          ///< (dimensions)
    std::vector<std::size_t> strides;        ///< (dimensions), elements; empty: row-major without gaps
};

/// A tensor and where its elements lie: what a reader of a file format finds out about it.
struct stored_tensor {
    checkpoint_tensor description;     ///< name, type and shape
    std::vector<tensor_block> blocks;  ///< each element of the tensor in one of them
};

namespace detail {

/// Where a block begins in its tensor along a dimension.
inline std::size_t offset_of(const tensor_block& block, std::size_t dimension) {
    return block.offsets.empty() ? 0 : block.offsets[dimension];
}

inline std::size_t elements_of(const tensor_block& block) {
    return checkpoint_tensor{{}, dtype::u8, block.shape}.elements();
}

/// A block as messages describe it, e.g. "the block [2, 3] at [0, 3] in 1.safetensors".
inline std::string describe(const tensor_block& block) {
    const auto offsets = block.offsets.empty() ? std::vector(block.shape.size(), std::size_t{0}) : block.offsets;
    return "the block " + to_string(block.shape) + " at " + to_string(offsets) + " in " +
           block.file->path().filename().string();
}

/// Where a block ends in its tensor along a dimension.
/// @throws input_error where that is beyond 2^64
inline std::size_t end_of(const tensor_block& block, std::size_t dimension, const std::string& tensor) {
    std::size_t sum = 0;
    if (__builtin_add_overflow(offset_of(block, dimension), block.shape[dimension], &sum))
        throw input_error(block.file->path().string() + ": tensor " + in_quotes(tensor) + " has " + describe(block) +
                          ", which ends beyond 2^64");
    return sum;
}

/// Checks that no two blocks have an element in common, and sorts them by their offsets.
///
/// Cost: O(b log b) for b blocks along the first dimension, O(b^2) for those along others.
inline void check_no_overlap(stored_tensor& tensor) {
    auto& blocks = tensor.blocks;
    const auto& name = tensor.description.name;
    std::sort(blocks.begin(), blocks.end(), [](const auto& a, const auto& b) { return a.offsets < b.offsets; });
    const auto apart = [&](const tensor_block& a, const tensor_block& b, std::size_t d) {
        return end_of(a, d, name) <= offset_of(b, d) || end_of(b, d, name) <= offset_of(a, d);
    };
    const std::size_t rank = tensor.description.shape.size();
    for (std::size_t i = 0; i < blocks.size(); ++i)
        for (std::size_t j = i + 1; j < blocks.size(); ++j) {
            const tensor_block &a = blocks[i], &b = blocks[j];
            if (rank > 0 && end_of(a, 0, name) <= offset_of(b, 0)) break;  // as are all after b
            bool together = elements_of(a) > 0 && elements_of(b) > 0;
            for (std::size_t d = 0; d < rank; ++d) together = together && !apart(a, b, d);
            if (together)
                throw input_error(b.file->path().string() + ": tensor " + in_quotes(name) + " has " + describe(b) +
                                  ", which overlaps " + describe(a));
        }
}

/// Checks that a tensor's blocks hold each of its elements exactly once, and sorts them by their offsets.
///
/// Blocks without elements are dropped, unless there is no other.
/// @param tensor with one block or more, each of the tensor's rank
/// @throws input_error, naming file, tensor and both values, where they do not
inline void check_blocks(stored_tensor& tensor) {
    const auto& [name, type, shape] = tensor.description;
    auto& blocks = tensor.blocks;
    const auto fail = [&](const std::string& what) {
        throw input_error(blocks.front().file->path().string() + ": tensor " + in_quotes(tensor.description.name) +
                          ' ' + what);
    };
    storage_size(tensor.description, blocks.front().file->path().string());
    if (blocks.size() > 1 && bits(type) % 8 != 0)
        fail("is of type " + std::string(to_string(type)) + ", which cannot be in blocks");
    std::size_t held = 0;  // elements
    for (const auto& block : blocks) {
        for (std::size_t d = 0; d < shape.size(); ++d)
            if (end_of(block, d, name) > shape[d] && elements_of(block) > 0)
                fail("has " + describe(block) + ", which reaches beyond its shape, " + to_string(shape));
        held += elements_of(block);
    }
    check_no_overlap(tensor);
    if (held != tensor.description.elements())
        fail("has blocks of " + to_string(held) + " elements in all, but its shape, " + to_string(shape) + ", needs " +
             to_string(tensor.description.elements()));
    const auto empty = [](const tensor_block& block) { return elements_of(block) == 0; };
    if (held > 0)
        std::erase_if(blocks, empty);
    else
        blocks.resize(1);
}

}  // namespace detail
}  // namespace bouillon
