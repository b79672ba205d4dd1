// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/in_gigabytes.hpp>
#include <bouillon/core/to_string.hpp>

#include <cstddef>
#include <limits>
#include <optional>
#include <string>

namespace bouillon {

/// Memory that merging and scoring take, bytes.
struct memory_needs {
    std::size_t checkpoints = 0;  ///< how many
    std::size_t checkpoint = 0;   ///< the tensors of one, in their stored dtype
    std::size_t layer = 0;        ///< the tensors of the largest layer, which may be merged and scored by itself; 0:
                                  ///< only whole merges are scored
    std::size_t scoring = 0;      ///< a model that is run, where the backend computes; beside the merge
    std::size_t buffers = 0;      ///< in host memory, for what passes through it
    std::size_t processes = 1;    ///< that have a share of each checkpoint, and of a merge before it is put together

    /// All checkpoints, held between merges; of several processes, what one of them holds.
    std::size_t resident() const {
        return processes == 1 ? checkpoints * checkpoint : ((checkpoints + 1) * checkpoint + processes - 1) / processes;
    }
    std::size_t working() const { return checkpoint + scoring; }  ///< one merge and its scoring
    std::size_t layered() const { return layer + scoring; }       ///< the same, layer by layer
};

/// Memory that there is, bytes.
struct memory_room {
    std::size_t host = std::numeric_limits<std::size_t>::max();  ///< available; the largest where that is not known
    std::optional<std::size_t> device;  ///< free on the backend's device; nothing where it computes in host memory
};

/// Where checkpoints are between merges.
enum class checkpoint_place {
    device,  ///< in the device's memory
    host,    ///< in host memory; for a device each merge is summed there and sent
    disk,    ///< in their files, which each merge reads
    layers   ///< in their files, of which a layer at a time is merged and scored
};

/// Where the checkpoints of a search will be, and what that takes.
struct memory_plan {
    checkpoint_place place;  ///< where checkpoints are between merges
    memory_needs needs;      ///< what that takes
    memory_room room;        ///< what there is
};

namespace detail {

/// "9.9 GB of 79.0 GB".
inline std::string share_of(std::size_t bytes, std::size_t room) {
    if (room == std::numeric_limits<std::size_t>::max()) return in_gigabytes(bytes);
    return in_gigabytes(bytes) + " of " + in_gigabytes(room);
}

inline std::string checkpoints_text(const memory_needs& needs) {
    return to_string(needs.checkpoints) + (needs.checkpoints == 1 ? " checkpoint of " : " checkpoints of ") +
           in_gigabytes(needs.checkpoint) +
           (needs.processes == 1 ? "" : " over " + to_string(needs.processes) + " processes");
}

/// One part in twenty stays free: for the allocators, and for whoever else uses the machine.
inline bool fits(std::size_t bytes, std::size_t room) { return bytes <= room - room / 20; }

}  // namespace detail

/// Decides where a search's checkpoints will be: on the device where all fits there, else in host memory, else in their
/// files, from which each merge is made as a whole or, where that does not fit, a layer at a time.
/// @throws input_error, with what is needed and what there is, where the least of these does not fit
inline memory_plan plan_memory(const memory_needs& needs, const memory_room& room) {
    const auto refuse = [&](std::size_t bytes, std::size_t there, const std::string& memory) {
        throw input_error("not enough memory: one " + std::string(needs.layer > 0 ? "layer of a merge" : "merge") +
                          " of " + detail::checkpoints_text(needs) + " and its scoring need " +
                          detail::in_gigabytes(bytes) + " of " + memory + ", and " + detail::in_gigabytes(there) +
                          " are available");
    };
    const std::size_t least = needs.layer > 0 ? needs.layered() : needs.working();
    if (room.device) {
        if (!detail::fits(least, *room.device)) refuse(least, *room.device, "device memory");
        if (!detail::fits(needs.buffers, room.host)) refuse(needs.buffers, room.host, "host memory");
        if (!detail::fits(needs.working(), *room.device)) return {checkpoint_place::layers, needs, room};
        if (detail::fits(needs.resident() + needs.working(), *room.device))
            return {checkpoint_place::device, needs, room};
        const bool on_host = detail::fits(needs.resident() + needs.buffers, room.host);
        return {on_host ? checkpoint_place::host : checkpoint_place::disk, needs, room};
    }
    const std::size_t whole = needs.working() + needs.buffers;
    if (!detail::fits(least + needs.buffers, room.host)) refuse(least + needs.buffers, room.host, "host memory");
    if (!detail::fits(whole, room.host)) return {checkpoint_place::layers, needs, room};
    const bool on_host = detail::fits(needs.resident() + whole, room.host);
    return {on_host ? checkpoint_place::host : checkpoint_place::disk, needs, room};
}

/// A plan in words, e.g. "8 checkpoints of 1.2 GB resident on the device (13.4 GB of 79.0 GB)".
inline std::string describe(const memory_plan& plan) {
    const memory_needs& needs = plan.needs;
    const memory_room& room = plan.room;
    const std::string checkpoints = detail::checkpoints_text(needs);
    const bool layered = plan.place == checkpoint_place::layers;
    const std::size_t working = layered ? needs.layered() : needs.working();
    const std::size_t host_share = room.device ? needs.buffers : working + needs.buffers;
    const std::string merges =
        room.device ? ", merges sent to the device (" + detail::share_of(working, *room.device) + ')' : "";
    const auto on_host = [&](std::size_t more) { return " (" + detail::share_of(host_share + more, room.host) + ')'; };
    switch (plan.place) {
        case checkpoint_place::device:
            return checkpoints + " resident on the device (" +
                   detail::share_of(needs.resident() + needs.working(), room.device.value_or(0)) + ')';
        case checkpoint_place::host:
            return checkpoints + " resident in host memory" + on_host(needs.resident()) + merges;
        default:
            return checkpoints + " read from disk for each merge" +
                   (layered ? ", merged and scored layer by layer" : "") + on_host(0) + merges +
                   "; resident in host memory needs " +
                   detail::in_gigabytes(needs.resident() +
                                        (room.device ? needs.buffers : needs.working() + needs.buffers));
    }
}

}  // namespace bouillon
