// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint_tensor.hpp>
#include <bouillon/checkpoint/content_hash.hpp>
#include <bouillon/core/in_quotes.hpp>

#include <algorithm>
#include <cstddef>
#include <mutex>
#include <span>
#include <string>
#include <vector>

namespace bouillon::detail {

/// Hashes a tensor's bytes as a merge comes by them, in runs that begin and end anywhere and come in any order.
///
///     H = sum_j XXH3-128(block j, seed j),   blocks of 64 KiB, each half of the sum modulo 2^64
///
/// A run hashes the blocks that begin in it; what the last of them lacks at the run's end is read on.
class run_hash {
 public:
    static constexpr std::size_t block = 1 << 16;  ///< bytes

    /// Begins with nothing hashed.
    /// @param first where in the tensor the run begins
    explicit run_hash(std::size_t first) : position_(first), in_block_(false) {}

    /// Takes in the bytes that follow.
    void add(std::span<const std::byte> bytes) {
        while (!bytes.empty()) {
            if (position_ % block == 0) {
                state_.reset(position_ / block);
                in_block_ = true;
            }
            const auto part = bytes.first(std::min(bytes.size(), block - position_ % block));
            if (in_block_) state_.add(part);
            position_ += part.size();
            bytes = bytes.subspan(part.size());
            if (position_ % block == 0) end_block();
        }
    }

    /// The sum over the run's blocks.
    /// @param size the tensor's, bytes
    /// @param read called as read(first, part): reads bytes of it
    template <class Read>
    hash_bits finish(std::size_t size, const Read& read) {
        if (in_block_) {
            std::vector<std::byte> rest(std::min(size, (position_ / block + 1) * block) - position_);
            if (!rest.empty()) read(position_, std::span(rest));
            state_.add(rest);
            end_block();
        }
        return sum_;
    }

 private:
    void end_block() {
        if (!in_block_) return;
        const hash_bits bits = state_.bits();
        sum_ = {sum_.high + bits.high, sum_.low + bits.low};
        in_block_ = false;
    }

    std::size_t position_;  // bytes from the tensor's start
    bool in_block_;         // whether the block around position_ began in this run
    content_hash state_;
    hash_bits sum_;
};

/// The hashes of checkpoints, from those of their tensors.
class input_hashes {
 public:
    input_hashes(std::size_t checkpoints, std::size_t tensors) : tensors_(tensors), sums_(checkpoints * tensors) {}

    /// Adds what a run of a tensor's blocks came to.
    ///
    /// Several threads may.
    void add(std::size_t checkpoint, std::size_t tensor, const hash_bits& run) {
        const std::lock_guard lock(mutex_);
        hash_bits& sum = sums_[checkpoint * tensors_ + tensor];
        sum = {sum.high + run.high, sum.low + run.low};
    }

    /// What was added so far, of (checkpoints, tensors): for another process, whose runs are others.
    const std::vector<hash_bits>& sums() const { return sums_; }

    /// Adds what another process's runs came to.
    /// @param runs (checkpoints, tensors)
    void add(std::span<const hash_bits> runs) {
        for (std::size_t i = 0; i < runs.size(); ++i) add(i / tensors_, i % tensors_, runs[i]);
    }

    /// The hash of a checkpoint whose tensors are these: that of a line for each, `"NAME" TYPE SHAPE HASH`, by name.
    ///
    /// It does not depend on the files that hold them.
    std::string of(std::size_t checkpoint, std::span<const checkpoint_tensor> tensors) const {
        std::string lines;
        for (std::size_t i = 0; i < tensors.size(); ++i)
            lines += in_quotes(tensors[i].name) + ' ' + std::string(to_string(tensors[i].type)) + ' ' +
                     to_string(tensors[i].shape) + ' ' + sums_[checkpoint * tensors_ + i].hex() + '\n';
        return hash_of(lines).hex();
    }

 private:
    std::size_t tensors_;
    std::vector<hash_bits> sums_;  // (checkpoints, tensors)
    std::mutex mutex_;
};

}  // namespace bouillon::detail
