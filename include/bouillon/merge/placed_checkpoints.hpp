// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/host_memory.hpp>
#include <bouillon/merge/make_resident.hpp>
#include <bouillon/merge/memory_plan.hpp>
#include <bouillon/merge/resident.hpp>
#include <bouillon/merge/streamed_checkpoints.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
#include <type_traits>
#include <utility>
#include <variant>

namespace bouillon {

/// What merging checkpoints takes: their number and size, that of a merge where it is larger; how a merge is scored is
/// not known here.
/// @param checkpoints that are merged
/// @param processes that have a share of them each
inline memory_needs needs_of(const checkpoint_set& checkpoints, std::size_t processes = 1) {
    memory_needs needs{.checkpoints = checkpoints.size(), .checkpoint = 0, .scoring = 0, .buffers = 0};
    needs.processes = processes;
    for (const auto& tensor : checkpoints.tensors())
        needs.checkpoint +=
            std::max(detail::storage_bytes(tensor.elements(), tensor.type),
                     detail::storage_bytes(tensor.elements(), checkpoints.types().of(tensor.name, tensor.type)));
    needs.buffers = std::size_t{256} << 20;
    return needs;
}

/// Memory that is free now: the host's, and that of a backend which has its own (`free_memory()`, bytes).
/// @param backend that merges are made on
/// @param processes of this machine, which share its memory
template <tensor_backend Backend>
memory_room room_for(const Backend& backend, std::size_t processes = 1) {
    memory_room room{.host = available_host_memory().value_or(std::numeric_limits<std::size_t>::max()), .device = {}};
    room.host /= processes;
    if constexpr (requires { backend.free_memory(); }) room.device = backend.free_memory();
    return room;
}

/// Checkpoints of one model where a memory_plan puts them, and merges of them on a backend, the same bit for bit
/// wherever that is.
///
/// `Host`: the backend whose tensors lie in host memory, where the checkpoints are if not with `Backend`'s own.
template <tensor_backend Backend, tensor_backend Host = Backend>
class placed_checkpoints {
 public:
    /// What merges are made on.
    using backend_type = Backend;

    /// @param checkpoints must outlive this
    /// @param backend that merges are made on
    /// @param place where they are between merges
    /// @param groups of tensors that have merge weights of their own
    /// @param host adds up in host memory, where the backend does not
    /// @throws input_error as make_resident does
    placed_checkpoints(const checkpoint_set& checkpoints, const Backend& backend, checkpoint_place place,
                       const tensor_groups& groups = {}, const Host& host = Host())
        : backend_(backend), source_(place_them(checkpoints, backend, place, groups, host)) {}

    /// The weighted sum of the checkpoints, into the result of an earlier call or into nothing.
    /// @param merge_weights (checkpoints) or (groups, checkpoints), dimensionless, taken as they are
    /// @param merged the result; its memory is used again
    /// @throws input_error for weights that are not one finite number a checkpoint, or all 0
    void merge_into(std::span<const double> merge_weights, parameters<Backend>& merged) const {
        if (const auto* resident = std::get_if<on_backend>(&source_))
            resident->merge_into(merge_weights, merged);
        else if (const auto* sent = std::get_if<on_host>(&source_))
            sent->merge_into(merge_weights, backend_, merged);
        else
            std::get<in_files>(source_).merge_into(merge_weights, backend_, merged);
    }

 private:
    using source = std::variant<streamed_checkpoints, resident_checkpoints<Backend>, resident_checkpoints<Host>>;
    static constexpr std::size_t in_files = 0, on_backend = 1, on_host = 2;

    static source place_them(const checkpoint_set& checkpoints, const Backend& backend, checkpoint_place place,
                             const tensor_groups& groups, const Host& host) {
        if (place == checkpoint_place::disk || place == checkpoint_place::layers)
            return source(std::in_place_index<in_files>, checkpoints, groups);
        if (place == checkpoint_place::device || std::is_same_v<Backend, Host>)
            return source(std::in_place_index<on_backend>, make_resident(checkpoints, backend, groups));
        return source(std::in_place_index<on_host>, make_resident(checkpoints, host, groups));
    }

    Backend backend_;
    source source_;
};

}  // namespace bouillon
