// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint_set.hpp>
#include <bouillon/merge/layered_merge.hpp>
#include <bouillon/merge/tensor_groups.hpp>
#include <bouillon/tensor/parameters.hpp>

#include <cstddef>
#include <span>
#include <utility>

namespace bouillon {

/// Checkpoints of one model in their files, which each merge reads: for those that no memory holds.
class streamed_checkpoints {
 public:
    /// Takes checkpoints whose headers are read.
    /// @param checkpoints must outlive this
    /// @param groups of tensors that have merge weights of their own
    explicit streamed_checkpoints(const checkpoint_set& checkpoints, tensor_groups groups = {})
        : checkpoints_(&checkpoints), groups_(std::move(groups)) {}

    /// Checkpoints.
    std::size_t size() const { return checkpoints_->size(); }

    /// The weighted sum of the checkpoints on a backend, bit for bit what write_merged writes.
    ///
    /// Cost: each file of a checkpoint whose weight is not 0 read once; in host memory some MiB a thread.
    /// @param merge_weights (checkpoints) or (groups, checkpoints), dimensionless, taken as they are
    /// @param backend that is to hold the sum
    /// @param merged the result of an earlier call, whose memory is used again, or nothing
    /// @throws input_error as write_merged does, but that NaN and infinity pass
    template <tensor_backend Backend>
    void merge_into(std::span<const double> merge_weights, const Backend& backend, parameters<Backend>& merged) const {
        layered_merge<Backend>(*checkpoints_, merge_weights, groups_, backend).make_all(merged);
    }

 private:
    const checkpoint_set* checkpoints_;
    tensor_groups groups_;
};

}  // namespace bouillon
