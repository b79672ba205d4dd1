// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint_set.hpp>
#include <bouillon/core/parallel.hpp>
#include <bouillon/merge/merged_tensors.hpp>
#include <bouillon/merge/tensor_groups.hpp>
#include <bouillon/tensor/fill.hpp>
#include <bouillon/tensor/parameters.hpp>
#include <bouillon/tensor/wait.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace bouillon {

/// One weighted sum of checkpoints in their files, of which a few tensors are made at a time: for models that no memory
/// holds.
template <tensor_backend Backend>
class layered_merge {
 public:
    /// Checks the weights; nothing is summed yet.
    /// @param checkpoints must outlive this
    /// @param merge_weights (checkpoints) or (groups, checkpoints), dimensionless, taken as they are
    /// @param groups of tensors that have merge weights of their own
    /// @param backend that is to hold the sums; must outlive this
    /// @throws input_error as write_merged does, but that NaN and infinity pass
    layered_merge(const checkpoint_set& checkpoints, std::span<const double> merge_weights, const tensor_groups& groups,
                  const Backend& backend)
        : backend_(backend), sums_(checkpoints, merge_weights, groups, true, thread_count(0)) {}

    /// The sums of the tensors that are called so, bit for bit what write_merged writes, in place of those before.
    ///
    /// Cost: these tensors of each checkpoint whose weight is not 0 read once; in host memory some MiB a thread.
    /// @param names a set of strings, each a tensor's
    template <class Names>
    const parameters<Backend>& operator()(const Names& names) {
        std::erase_if(merged_, [&](const auto& each) { return !names.contains(each.first); });
        std::vector<std::size_t> wanted;
        for (std::size_t i = 0; i < sums_.tensors().size(); ++i)
            if (names.contains(sums_.tensors()[i].name)) wanted.push_back(i);
        for (std::size_t w = 0; w < wanted.size(); ++w) {
            if (w + 1 < wanted.size()) sums_.prefetch(wanted[w + 1], 0, sums_.size(wanted[w + 1]));
            make(wanted[w], merged_);
        }
        return merged_;
    }

    /// All of them, into the result of another merge of these checkpoints, whose memory is used again, or into nothing.
    void make_all(parameters<Backend>& merged) const {
        const std::size_t count = sums_.tensors().size();
        for (std::size_t i = 0; i < count; ++i) {
            if (i + 1 < count) sums_.prefetch(i + 1, 0, sums_.size(i + 1));
            make(i, merged);
        }
        wait(backend_);
    }

 private:
    void make(std::size_t tensor, parameters<Backend>& merged) const {
        const auto& made = sums_.tensors()[tensor];
        const auto [entry, fresh] = merged.try_emplace(made.name);
        parameter<Backend>& output = entry->second;
        if (fresh || output.tensor.type() != sums_.type(tensor))
            output = {backend_.allocate(made.elements(), sums_.type(tensor)), made.shape};
        fill(backend_, output.tensor, [&](std::size_t first, std::span<std::byte> part) {
            std::vector<std::byte> scratch(sums_.inputs() << 16);  // (inputs), 64 KiB each
            sums_.read(tensor, first, part, scratch);
        });
    }

    const Backend& backend_;
    detail::merged_tensors sums_;
    parameters<Backend> merged_;
};

}  // namespace bouillon
