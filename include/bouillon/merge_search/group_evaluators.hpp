// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/merge_search/divided_evaluator.hpp>
#include <bouillon/merge_search/evaluation_message.hpp>
#include <bouillon/merge_search/evaluator.hpp>
#include <bouillon/process/concept.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace bouillon {

/// Measures merges by another process, which serves it: for rank 0 of all processes, and the first of another group.
template <process_group World>
class remote_evaluator {
 public:
    /// @param world of both processes
    /// @param server the other one, which is in serve_remotely()
    remote_evaluator(World world, std::size_t server) : world_(std::move(world)), server_(server) {}

    ~remote_evaluator() { world_.send(server_, to_message(evaluation_request()).bytes()); }
    remote_evaluator(const remote_evaluator&) = delete;
    remote_evaluator& operator=(const remote_evaluator&) = delete;

    /// Losses of a merge.
    /// @param merge_weights (checkpoints), newest last
    /// @param documents which
    merge_evaluation operator()(std::span<const double> merge_weights, document_set documents) {
        return ask(request_for(merge_weights, documents));
    }

    /// Losses on some of the search documents.
    /// @param merge_weights (checkpoints), newest last
    /// @param documents (scored), which
    merge_evaluation operator()(std::span<const double> merge_weights, std::span<const std::size_t> documents) {
        return ask(request_for(merge_weights, documents));
    }

 private:
    merge_evaluation ask(const evaluation_request& request) {
        world_.send(server_, to_message(request).bytes());
        return evaluation_of(world_.receive(server_));
    }

    World world_;
    std::size_t server_;
};

/// Measures with an evaluator what rank 0 asks for, until its remote_evaluator ends.
/// @throws whatever the evaluator does: then the program is to end all processes
template <process_group World, partial_merge_evaluator Evaluator>
void serve_remotely(const World& world, Evaluator& evaluate) {
    for (;;) {
        const auto request = request_of(world.receive(0));
        if (request.what == evaluation_request::nothing) return;
        const auto made = request.what == evaluation_request::some
                              ? evaluate(request.merge_weights, std::span<const std::size_t>(request.documents))
                              : evaluate(request.merge_weights, request.set());
        world.send(0, to_message(made).bytes());
    }
}

/// Measures merges by one group of processes, for rank 0 of all of them: by its own, or by another's first process.
template <process_group Group, class Evaluator>
class group_evaluator {
 public:
    /// By the group that this process is in.
    explicit group_evaluator(std::unique_ptr<divided_evaluator<Group, Evaluator>> own) : own_(std::move(own)) {}
    /// By another one.
    explicit group_evaluator(std::unique_ptr<remote_evaluator<Group>> other) : other_(std::move(other)) {}

    /// As merge_evaluator has it.
    merge_evaluation operator()(std::span<const double> merge_weights, document_set documents) {
        return own_ ? (*own_)(merge_weights, documents) : (*other_)(merge_weights, documents);
    }
    /// As partial_merge_evaluator has it.
    merge_evaluation operator()(std::span<const double> merge_weights, std::span<const std::size_t> documents) {
        return own_ ? (*own_)(merge_weights, documents) : (*other_)(merge_weights, documents);
    }

 private:
    std::unique_ptr<divided_evaluator<Group, Evaluator>> own_;
    std::unique_ptr<remote_evaluator<Group>> other_;
};

/// The group of a process, where all are parted into groups of as many: ranks [0, each), [each, 2 each), ...
/// @param world all of which call it
/// @param each processes a group
/// @throws input_error unless that leaves none over
template <process_group World>
World group_of_processes(const World& world, std::size_t each) {
    if (each == 0 || world.size() % each != 0)
        throw input_error(to_string(world.size()) + " processes cannot be parted into groups of " + to_string(each));
    return world.split(world.rank() / each);
}

/// Evaluators that measure merges at once, each by a group of processes of its own. Each may be called from a thread of
/// its own; the merges and losses are, bit for bit, those of one process.
///
/// All processes call it, and each has made its evaluator on its group (group_of_processes). All but rank 0 serve until
/// rank 0's evaluators have ended.
/// @param world all processes
/// @param group this process's
/// @param evaluator this process's, as divided_evaluator takes it
/// @returns (groups) on rank 0, in the order of the groups; nothing on the others
/// @throws what an evaluator does, on the process where it does: then the program is to end all processes
template <process_group Group, class Evaluator>
std::vector<group_evaluator<Group, Evaluator>> evaluators_of_groups(const Group& world, const Group& group,
                                                                    Evaluator evaluator) {
    auto own = std::make_unique<divided_evaluator<Group, Evaluator>>(group, std::move(evaluator));
    std::vector<group_evaluator<Group, Evaluator>> all;  // (groups)
    if (group.rank() != 0)
        own->serve();
    else if (world.rank() != 0)
        serve_remotely(world, *own);
    else {
        all.emplace_back(std::move(own));
        for (std::size_t first = group.size(); first < world.size(); first += group.size())
            all.emplace_back(std::make_unique<remote_evaluator<Group>>(world, first));
    }
    return all;
}

}  // namespace bouillon
