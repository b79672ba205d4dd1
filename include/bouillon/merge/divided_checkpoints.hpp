// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint_set.hpp>
#include <bouillon/core/parallel.hpp>
#include <bouillon/merge/alike_checkpoints.hpp>
#include <bouillon/merge/gathered_tensors.hpp>
#include <bouillon/merge/make_resident.hpp>
#include <bouillon/merge/memory_plan.hpp>
#include <bouillon/merge/merged_tensors.hpp>
#include <bouillon/merge/resident.hpp>
#include <bouillon/merge/tensor_groups.hpp>
#include <bouillon/process/collectives.hpp>
#include <bouillon/process/concept.hpp>
#include <bouillon/process/message.hpp>
#include <bouillon/tensor/fill.hpp>
#include <bouillon/tensor/parameters.hpp>
#include <bouillon/tensor/wait.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace bouillon {

/// Where the shares of all processes can be: the place of the one that has least room.
/// @param group all of which call it
/// @param place that this process's plan has
template <process_group Group>
checkpoint_place agreed_place(const Group& group, checkpoint_place place) {
    const auto own = message_writer().put(place);
    for (auto& other : gather_to_all(group, own.bytes()))
        place = std::max(place, message_reader(std::move(other)).template get<checkpoint_place>());
    return place;
}

/// Checkpoints of one model of which each process of a group has a share: a run of the elements of every tensor of
/// each.
///
/// For a merge each process sums its share; then all shares go to all processes, by way of host memory. The merge is,
/// bit for bit, that of one process that has the whole checkpoints.
///
/// `Host`: the backend whose tensors lie in host memory, where the shares are if not with `Backend`'s own.
template <process_group Group, tensor_backend Backend, tensor_backend Host = Backend>
class divided_checkpoints {
 public:
    /// What merges are made on.
    using backend_type = Backend;

    /// Bytes of merged tensors that are sent at once, or one tensor where that has more.
    static constexpr std::size_t default_batch = std::size_t{64} << 20;

    /// Reads this process's share. All processes of the group do so with the same arguments.
    /// @param group of the processes
    /// @param checkpoints must outlive this
    /// @param backend that merges are made on
    /// @param place where the share is between merges; `layers` is as `disk`
    /// @param groups of tensors that have merge weights of their own; must outlive this
    /// @param host adds up in host memory, where the backend does not
    /// @param batch bytes that are sent at once
    /// @throws input_error as make_resident does
    divided_checkpoints(Group group, const checkpoint_set& checkpoints, const Backend& backend, checkpoint_place place,
                        const tensor_groups& groups, const Host& host = Host(), std::size_t batch = default_batch)
        : group_(std::move(group)),
          checkpoints_(&checkpoints),
          groups_(&groups),
          backend_(backend),
          batch_(batch),
          gathered_(group_.size()) {
        if (place == checkpoint_place::disk || place == checkpoint_place::layers) return;
        if (place == checkpoint_place::device || std::is_same_v<Backend, Host>)
            on_backend_.emplace(hold(backend));
        else
            on_host_.emplace(hold(host));
    }

    /// The weighted sum of the checkpoints, in every process. All of them call it with the same weights.
    ///
    /// Cost: one pass over the share, and the other processes' shares of a merge received.
    /// @param merge_weights (checkpoints) or (groups, checkpoints), dimensionless, taken as they are
    /// @param merged the result of an earlier call, whose memory is used again, or nothing
    /// @throws input_error for weights that are not one finite number a checkpoint, or all 0
    void merge_into(std::span<const double> merge_weights, parameters<Backend>& merged) {
        if (on_backend_) return gather_held(*on_backend_, merge_weights, merged);
        if (on_host_) return gather_held(*on_host_, merge_weights, merged);
        const detail::merged_tensors sums(*checkpoints_, merge_weights, *groups_, true, thread_count(0));
        gather_into(
            merged, [&](std::size_t i) { return sums.type(i); },
            [&](std::size_t i, std::span<std::byte> share) { sum_share(sums, i, share); });
    }

 private:
    /// The share in memory, and that of a merge.
    template <class On>
    struct held_share {
        On backend;
        resident_checkpoints<On> checkpoints;
        parameters<On> merged = {};
    };

    template <class On>
    held_share<On> hold(const On& backend) const {
        auto tensors = detail::read_resident(*checkpoints_, backend, *groups_, [&](std::size_t elements) {
            const auto [first, count] = detail::share_of_elements(elements, group_.rank(), group_.size());
            return detail::element_range{first, count};
        });
        detail::find_alike(group_, tensors);
        return {backend, {backend, checkpoints_->size(), groups_->size(), std::move(tensors), checkpoints_->types()}};
    }

    template <class On>
    void gather_held(held_share<On>& held, std::span<const double> merge_weights, parameters<Backend>& merged) {
        held.checkpoints.merge_into(merge_weights, held.merged);
        const auto share_of_merge = [&](std::size_t i) -> const typename On::tensor& {
            return held.merged.find(checkpoints_->tensors()[i].name)->second.tensor;
        };
        gather_into(
            merged, [&](std::size_t i) { return share_of_merge(i).type(); },
            [&](std::size_t i, std::span<std::byte> share) { held.backend.download(share_of_merge(i), share); });
    }

    /// Sums this process's share of a tensor from the files.
    void sum_share(const detail::merged_tensors& sums, std::size_t tensor, std::span<std::byte> share) const {
        const std::size_t elements = checkpoints_->tensors()[tensor].elements();
        const auto range = detail::share_of_elements(elements, group_.rank(), group_.size());
        const std::size_t begin = detail::storage_bytes(range.first, sums.type(tensor));
        detail::read_parts(share, thread_count(0), [&](std::size_t first, std::span<std::byte> part) {
            std::vector<std::byte> scratch(sums.inputs() << 16);  // (inputs), 64 KiB each
            sums.read(tensor, begin + first, part, scratch);
        });
    }

    /// Brings the shares of all tensors together, as many at a time as a batch holds.
    /// @param type_of gives a tensor's type in the merge
    /// @param write_share writes this process's share of a tensor
    template <class TypeOf, class WriteShare>
    void gather_into(parameters<Backend>& merged, const TypeOf& type_of, const WriteShare& write_share) {
        const auto& tensors = checkpoints_->tensors();
        for (std::size_t first = 0, last = 0; first < tensors.size(); first = last) {
            std::vector<std::pair<std::size_t, dtype>> batch;  // elements and type
            for (std::size_t size = 0; last < tensors.size(); ++last) {
                const dtype type = type_of(last);
                size += detail::storage_bytes(tensors[last].elements(), type);
                if (!batch.empty() && size > batch_) break;
                batch.emplace_back(tensors[last].elements(), type);
            }
            gathered_.begin(batch);
            for (std::size_t i = first; i < last; ++i) write_share(i, gathered_.share(i - first, group_.rank()));
            gathered_.gather(group_);
            for (std::size_t i = first; i < last; ++i) take(i, i - first, batch[i - first].second, merged);
        }
        wait(backend_);
    }

    /// Puts a tensor that is whole into the merge.
    void take(std::size_t tensor, std::size_t in_batch, dtype type, parameters<Backend>& merged) const {
        const auto& made = checkpoints_->tensors()[tensor];
        const auto [entry, fresh] = merged.try_emplace(made.name);
        parameter<Backend>& output = entry->second;
        if (fresh || output.tensor.type() != type) output = {backend_.allocate(made.elements(), type), made.shape};
        fill(backend_, output.tensor,
             [&](std::size_t first, std::span<std::byte> part) { gathered_.read(in_batch, first, part); });
    }

    Group group_;
    const checkpoint_set* checkpoints_;
    const tensor_groups* groups_;
    Backend backend_;
    std::size_t batch_;  // bytes
    detail::gathered_tensors gathered_;
    std::optional<held_share<Backend>> on_backend_;  // where the share is; in files where it is in neither
    std::optional<held_share<Host>> on_host_;
};

}  // namespace bouillon
