// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/process/concept.hpp>
#include <bouillon/process/message.hpp>

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace bouillon {

/// Gives every process of a group what rank 0 has.
/// @param group of the processes
/// @param message rank 0's; written in all others
template <process_group Group>
void broadcast(const Group& group, std::vector<std::byte>& message) {
    if (group.rank() != 0) {
        message = group.receive(0);
        return;
    }
    for (std::size_t other = 1; other < group.size(); ++other) group.send(other, message);
}

/// Gives rank 0 what each process of a group has.
/// @param group of the processes
/// @param message of this process, of any length
/// @returns (processes) on rank 0, nothing on the others
template <process_group Group>
std::vector<std::vector<std::byte>> collect(const Group& group, std::span<const std::byte> message) {
    if (group.rank() != 0) {
        group.send(0, message);
        return {};
    }
    std::vector<std::vector<std::byte>> all = {{message.begin(), message.end()}};
    for (std::size_t other = 1; other < group.size(); ++other) all.push_back(group.receive(other));
    return all;
}

/// Gives every process what each process of a group has.
/// @param group of the processes
/// @param message of this process, of any length
/// @returns (processes)
template <process_group Group>
std::vector<std::vector<std::byte>> gather_to_all(const Group& group, std::span<const std::byte> message) {
    message_writer together;
    for (const auto& each : collect(group, message)) together.put_list(std::span<const std::byte>(each));
    std::vector<std::byte> bytes(together.bytes().begin(), together.bytes().end());
    broadcast(group, bytes);
    message_reader reader(std::move(bytes));
    std::vector<std::vector<std::byte>> all;
    while (all.size() < group.size()) all.push_back(reader.get_list<std::byte>());
    return all;
}

/// A run of things that one process of a group has.
struct process_share {
    std::size_t first = 0;  ///< the first of them
    std::size_t count = 0;  ///< how many
};

/// Divides things evenly over processes: rank r has one run of them, behind rank r - 1's.
/// @param things how many there are
/// @param rank, size of the process and its group
/// @param unit runs begin at multiples of it
inline process_share share_of(std::size_t things, std::size_t rank, std::size_t size, std::size_t unit = 1) {
    const std::size_t units = (things + unit - 1) / unit;
    const auto begin_of = [&](std::size_t r) {
        const std::size_t begin = (units / size * r + units % size * r / size) * unit;
        return begin < things ? begin : things;
    };
    return {begin_of(rank), begin_of(rank + 1) - begin_of(rank)};
}

}  // namespace bouillon
