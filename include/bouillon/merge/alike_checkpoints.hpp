// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/merge/resident_tensors.hpp>
#include <bouillon/process/collectives.hpp>
#include <bouillon/process/concept.hpp>
#include <bouillon/process/message.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace bouillon::detail {

/// Parts those that are alike so far, where another share of their tensor tells them apart.
/// @param alike (checkpoints), the first that is like each
/// @param of_share (checkpoints), equal where the share is the same
inline void part_alike(std::span<std::uint32_t> alike, std::span<const std::uint32_t> of_share) {
    const std::vector<std::uint32_t> before(alike.begin(), alike.end());
    for (std::size_t k = 0; k < alike.size(); ++k) {
        std::uint32_t first = 0;
        while (before[first] != before[k] || of_share[first] != of_share[k]) ++first;
        alike[k] = first;
    }
}

/// Finds which checkpoints have the same whole tensors, from what each process sees of its share of them.
/// @param group of the processes
/// @param tensors that hold this process's share; their `alike` is written, the same in every process
template <process_group Group, class Backend>
void find_alike(const Group& group, std::vector<resident_tensor<Backend>>& tensors) {
    std::vector<std::uint32_t> alike;  // (tensors, checkpoints)
    for (const auto& tensor : tensors)
        for (const std::size_t which : tensor.which) alike.push_back(static_cast<std::uint32_t>(which));
    const auto for_each = [&](const auto& body) {
        std::size_t begin = 0;
        for (auto& tensor : tensors) {
            body(tensor, begin);
            begin += tensor.which.size();
        }
    };
    const auto own = message_writer().put_list(std::span<const std::uint32_t>(alike));
    auto shares = collect(group, own.bytes());
    for (auto& share : shares) {
        const auto other = message_reader(std::move(share)).get_list<std::uint32_t>();
        for_each([&](const auto& tensor, std::size_t begin) {
            part_alike(std::span(alike).subspan(begin, tensor.which.size()),
                       std::span(other).subspan(begin, tensor.which.size()));
        });
    }
    const auto agreed = message_writer().put_list(std::span<const std::uint32_t>(alike));
    std::vector<std::byte> message(agreed.bytes().begin(), agreed.bytes().end());
    broadcast(group, message);
    alike = message_reader(std::move(message)).get_list<std::uint32_t>();
    for_each([&](auto& tensor, std::size_t begin) {
        const auto first = alike.begin() + static_cast<std::ptrdiff_t>(begin);
        tensor.alike.assign(first, first + static_cast<std::ptrdiff_t>(tensor.which.size()));
    });
}

}  // namespace bouillon::detail
