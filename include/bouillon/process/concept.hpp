// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace bouillon {

/// Bytes that a process has sent to others of a group and received from them; what it keeps counts for neither.
struct process_traffic {
    std::uint64_t sent = 0;      ///< bytes
    std::uint64_t received = 0;  ///< bytes
};

/// Processes that work on one thing, each with a number from 0 on, its rank.
///
/// - `rank()`, `size()`: the process's own number, and how many there are.
/// - `local_rank()`, `local_size()`: the same among those on this machine.
/// - `host()`: the machine's name, for messages.
/// - `send(to, bytes)`: a message of any length to another process; it may wait until that one
///   receives it.
/// - `receive(from)`: the next message of another process. It waits without keeping a processor busy.
/// - `all_gather(bytes, begins)`: rank r has bytes [begins[r], begins[r + 1]) of `bytes`, and after the call all of
///   them. `begins` has size() + 1 entries, the same in every process.
/// - `split(color)`: parts the group. Processes that give the same color are together in one, in the order of their
///   ranks. All of the group call it.
/// - `traffic()`: what was sent and received so far, through this group.
///
/// Messages between two processes arrive in their order. A process that dies ends all of them: no call returns an
/// error.
template <class Group>
concept process_group = requires(const Group& group, std::size_t other, std::span<const std::byte> message,
                                 std::span<std::byte> bytes, std::span<const std::size_t> begins) {
    { group.rank() } -> std::same_as<std::size_t>;
    { group.size() } -> std::same_as<std::size_t>;
    { group.local_rank() } -> std::same_as<std::size_t>;
    { group.local_size() } -> std::same_as<std::size_t>;
    { group.host() } -> std::convertible_to<std::string>;
    group.send(other, message);
    { group.receive(other) } -> std::same_as<std::vector<std::byte>>;
    group.all_gather(bytes, begins);
    { group.split(other) } -> std::same_as<Group>;
    { group.traffic() } -> std::same_as<process_traffic>;
};

}  // namespace bouillon
