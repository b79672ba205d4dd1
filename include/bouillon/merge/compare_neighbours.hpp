// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint_set.hpp>
#include <bouillon/checkpoint/same_bytes.hpp>
#include <bouillon/core/in_quotes.hpp>
#include <bouillon/merge/compare.hpp>
#include <bouillon/process/collectives.hpp>
#include <bouillon/process/concept.hpp>
#include <bouillon/process/message.hpp>
#include <bouillon/process/single_process.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bouillon {
namespace detail {

/// A run of the elements of one tensor of a set, read by one thread.
struct compared_run {
    std::size_t tensor, first, count;  ///< elements
};

/// The mergeable tensors of a set in runs of about 1 MiB.
/// @throws types_differ where one is stored in several types
inline std::vector<compared_run> split_into_runs(const checkpoint_set& checkpoints) {
    std::vector<compared_run> runs;
    for (std::size_t i = 0; i < checkpoints.tensors().size(); ++i) {
        const auto& tensor = checkpoints.tensors()[i];
        if (!mergeable(tensor.type)) continue;
        for (const auto& item : checkpoints)
            if (item.tensors()[i].type != tensor.type)
                throw types_differ(item.file(i).string() + ": tensor " + in_quotes(tensor.name) + " has type " +
                                   std::string(to_string(item.tensors()[i].type)) +
                                   ", and another in other checkpoints: they cannot be compared");
        const std::size_t elements = tensor.elements(), most = (1 << 20) / bytes(tensor.type);
        for (std::size_t first = 0; first < elements; first += most)
            runs.push_back({i, first, std::min(most, elements - first)});
    }
    return runs;
}

/// Reads runs of all of a set's checkpoints through buffers that stay in the second-level cache.
class neighbour_reader {
 public:
    explicit neighbour_reader(const checkpoint_set& checkpoints)
        : checkpoints_(&checkpoints),
          block_(std::clamp(cache / checkpoints.size(), least, most) / 64 * 64),
          stride_(block_ + 64),
          memory_(checkpoints.size() * stride_) {}

    /// Adds what a run gives to the comparisons of neighbours.
    /// @param sums (checkpoints - 1)
    void add(const compared_run& run, std::span<comparison> sums) {
        const dtype type = checkpoints_->tensors()[run.tensor].type;
        const std::size_t whole = block_ / bytes(type);
        for (std::size_t done = 0; done < run.count; done += whole) {
            const std::size_t count = std::min(whole, run.count - done);
            for (std::size_t k = 0; k < checkpoints_->size(); ++k) {
                const auto newer = std::span(memory_).subspan(k * stride_, count * bytes(type));
                (*checkpoints_)[k].read(run.tensor, (run.first + done) * bytes(type), newer);
                if (k > 0) sums[k - 1] += compare_block(type, newer.data() - stride_, newer.data(), count);
            }
        }
    }

 private:
    static constexpr std::size_t cache = 256 << 10, least = 16 << 10, most = 128 << 10;  // bytes

    const checkpoint_set* checkpoints_;
    std::size_t block_;              // bytes of a checkpoint read at once
    std::size_t stride_;             // one cache line more, so that the blocks do not fall on one another in the cache
    std::vector<std::byte> memory_;  // (checkpoints, block and a line between)
};

/// Gives rank 0 what each process has of some things, in the order of the ranks and so of the things.
/// @param own those of the process's share
/// @returns all of them on rank 0
template <class Thing, process_group Group>
std::vector<Thing> gather_shares(const Group& group, const std::vector<Thing>& own) {
    std::vector<Thing> all;
    for (auto& share : collect(group, message_writer().put_list(std::span<const Thing>(own)).bytes())) {
        const auto things = message_reader(std::move(share)).get_list<Thing>();
        all.insert(all.end(), things.begin(), things.end());
    }
    return all;
}

/// A process's share of a set's runs.
template <process_group Group>
std::span<const compared_run> own_runs(const Group& group, std::span<const compared_run> runs) {
    const auto [first, count] = share_of(runs.size(), group.rank(), group.size());
    return runs.subspan(first, count);
}

}  // namespace detail

/// Compares each checkpoint of a set with the next, tensor by tensor, in float64, by all processes of a group.
///
/// Tensors that cannot be merged (integers, bools) have zero sums. The result does not depend on the number of threads
/// or processes. Cost: each checkpoint read once, a share of it by each process.
/// @param group all of which call it with the same checkpoints
/// @param checkpoints of one model
/// @param threads of this process; 0: all
/// @returns (checkpoints - 1, tensors of the set), in the set's order, on rank 0; the sum over the tensors is the
/// comparison of the whole models
/// @throws input_error where a file changes while it is read
template <process_group Group>
std::vector<std::vector<comparison>> compare_neighbours(const Group& group, const checkpoint_set& checkpoints,
                                                        std::size_t threads = 0) {
    const std::size_t pairs = checkpoints.size() - 1, used = thread_count(threads);
    const auto runs = detail::split_into_runs(checkpoints);
    const auto own = detail::own_runs(group, std::span<const detail::compared_run>(runs));
    std::vector<comparison> sums(own.size() * pairs);  // (own runs, pairs)
    std::vector<detail::neighbour_reader> readers;     // (threads)
    for (std::size_t lane = 0; lane < used; ++lane) readers.emplace_back(checkpoints);
    parallel_for(pairs == 0 ? 0 : own.size(), used, [&](std::size_t i, std::size_t lane) {
        readers[lane].add(own[i], std::span(sums).subspan(i * pairs, pairs));
    });
    sums = detail::gather_shares(group, sums);  // (runs, pairs)
    if (group.rank() != 0) return {};
    std::vector<std::vector<comparison>> tensors(pairs, std::vector<comparison>(checkpoints.tensors().size()));
    for (std::size_t i = 0; i < runs.size(); ++i)
        for (std::size_t k = 0; k < pairs; ++k) tensors[k][runs[i].tensor] += sums[i * pairs + k];
    return tensors;
}

/// The same by this process alone.
inline std::vector<std::vector<comparison>> compare_neighbours(const checkpoint_set& checkpoints,
                                                               std::size_t threads = 0) {
    return compare_neighbours(single_process(), checkpoints, threads);
}

/// Finds the tensors that cannot be merged (integers, bools), of which no sum tells anything, and that differ between a
/// checkpoint of a set and the next.
///
/// Cost: such tensors are read, each twice, up to the first block that differs.
/// @returns (checkpoints - 1), each the indices of such tensors in the set's order
/// @throws input_error where a file changes while it is read
inline std::vector<std::vector<std::size_t>> unequal_neighbours(const checkpoint_set& checkpoints) {
    std::vector<std::vector<std::size_t>> unequal(checkpoints.size() - 1);
    for (std::size_t k = 1; k < checkpoints.size(); ++k)
        for (std::size_t i = 0; i < checkpoints.tensors().size(); ++i)
            if (!mergeable(checkpoints.tensors()[i].type) &&
                !detail::same_bytes(checkpoints[k - 1], i, checkpoints[k], i))
                unequal[k - 1].push_back(i);
    return unequal;
}

/// Sums the squares of each tensor of one checkpoint of a set, in float64, by all processes of a group: 0 for those
/// that cannot be merged. The result does not depend on the number of threads or processes.
///
/// Cost: the checkpoint read once, a share of it by each process.
/// @param group all of which call it with the same checkpoints
/// @param checkpoints of one model
/// @param k which of them
/// @param threads of this process; 0: all
/// @returns (tensors of the set), squared norms, on rank 0; their sum is that of the whole model
/// @throws input_error where the file changes while it is read
template <process_group Group>
std::vector<double> squared_norms(const Group& group, const checkpoint_set& checkpoints, std::size_t k,
                                  std::size_t threads = 0) {
    const auto runs = detail::split_into_runs(checkpoints);
    const auto own = detail::own_runs(group, std::span<const detail::compared_run>(runs));
    const std::size_t used = thread_count(threads);
    std::vector<comparison> sums(own.size());           // of a run with itself
    std::vector<std::vector<std::byte>> buffers(used);  // (threads), a run each
    parallel_for(own.size(), used, [&](std::size_t i, std::size_t lane) {
        const auto& run = own[i];
        const dtype type = checkpoints.tensors()[run.tensor].type;
        buffers[lane].resize(run.count * bytes(type));
        checkpoints[k].read(run.tensor, run.first * bytes(type), buffers[lane]);
        sums[i] = detail::compare_block(type, buffers[lane].data(), buffers[lane].data(), run.count);
    });
    sums = detail::gather_shares(group, sums);  // (runs)
    if (group.rank() != 0) return {};
    std::vector<double> squares(checkpoints.tensors().size());
    for (std::size_t i = 0; i < runs.size(); ++i) squares[runs[i].tensor] += sums[i].squared_a;
    return squares;
}

/// The same by this process alone.
inline std::vector<double> squared_norms(const checkpoint_set& checkpoints, std::size_t k, std::size_t threads = 0) {
    return squared_norms(single_process(), checkpoints, k, threads);
}

}  // namespace bouillon
