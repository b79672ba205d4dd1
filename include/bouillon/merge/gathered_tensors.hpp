// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/process/collectives.hpp>
#include <bouillon/process/concept.hpp>
#include <bouillon/tensor/flat_tensor.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

namespace bouillon::detail {

/// Elements at whose multiples the shares of a tensor begin: whole bytes of every type, and whole cache lines of most.
inline constexpr std::size_t share_unit = 64;

/// The share of a tensor's elements that a process has.
inline process_share share_of_elements(std::size_t elements, std::size_t rank, std::size_t size) {
    return share_of(elements, rank, size, share_unit);
}

/// Some tensors on their way from shares, of which each process has one, to whole ones, which all have: the shares of a
/// process lie together, so that it sends them as one message.
class gathered_tensors {
 public:
    /// @param processes that have a share
    explicit gathered_tensors(std::size_t processes) : begins_(processes + 1, 0) {}

    /// Begins with other tensors, in the memory of those before.
    /// @param tensors elements and type of each
    void begin(std::span<const std::pair<std::size_t, dtype>> tensors) {
        const std::size_t processes = begins_.size() - 1;
        places_.assign(tensors.size(), {});
        std::size_t end = 0;
        for (std::size_t rank = 0; rank < processes; ++rank) {
            for (std::size_t i = 0; i < tensors.size(); ++i) {
                const auto& [elements, type] = tensors[i];
                const auto [first, count] = share_of_elements(elements, rank, processes);
                places_[i].push_back({storage_bytes(first, type), storage_bytes(first + count, type), end});
                end += places_[i].back().end - places_[i].back().begin;
            }
            begins_[rank + 1] = end;
        }
        if (bytes_.size() < end) bytes_.resize(end);
    }

    /// Where the share of a tensor that a process has is to be written.
    std::span<std::byte> share(std::size_t tensor, std::size_t rank) {
        const place& of = places_[tensor][rank];
        return std::span(bytes_).subspan(of.at, of.end - of.begin);
    }

    /// Brings the shares of the other processes.
    template <process_group Group>
    void gather(const Group& group) {
        group.all_gather(std::span(bytes_).first(begins_.back()), begins_);
    }

    /// Copies bytes [first, first + part.size()) of a whole tensor.
    void read(std::size_t tensor, std::size_t first, std::span<std::byte> part) const {
        const std::size_t end = first + part.size();
        for (const place& of : places_[tensor]) {
            const std::size_t from = std::max(first, of.begin), to = std::min(end, of.end);
            if (from < to)
                std::memcpy(part.data() + (from - first), bytes_.data() + of.at + (from - of.begin), to - from);
        }
    }

 private:
    /// A share: bytes [begin, end) of its tensor, and where they lie here.
    struct place {
        std::size_t begin, end, at;
    };

    std::vector<std::vector<place>> places_;  // (tensors, processes)
    std::vector<std::size_t> begins_;         // (processes + 1), of their shares
    std::vector<std::byte> bytes_;            // room for all
};

}  // namespace bouillon::detail
