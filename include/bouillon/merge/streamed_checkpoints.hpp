// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint_set.hpp>
#include <bouillon/core/parallel.hpp>
#include <bouillon/merge/merged_tensors.hpp>
#include <bouillon/tensor/fill.hpp>
#include <bouillon/tensor/parameters.hpp>

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

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
        const detail::merged_tensors sums(*checkpoints_, merge_weights, groups_, true, thread_count(0));
        const auto& tensors = sums.tensors();
        for (std::size_t i = 0; i < tensors.size(); ++i) {
            if (i + 1 < tensors.size()) sums.prefetch(i + 1, 0, sums.size(i + 1));
            const auto [entry, fresh] = merged.try_emplace(tensors[i].name);
            parameter<Backend>& output = entry->second;
            if (fresh || output.tensor.type() != sums.type(i))
                output = {backend.allocate(tensors[i].elements(), sums.type(i)), tensors[i].shape};
            fill(backend, output.tensor, [&](std::size_t first, std::span<std::byte> part) {
                std::vector<std::byte> scratch(sums.inputs() << 16);  // (inputs), 64 KiB each
                sums.read(i, first, part, scratch);
            });
        }
    }

 private:
    const checkpoint_set* checkpoints_;
    tensor_groups groups_;
};

}  // namespace bouillon
