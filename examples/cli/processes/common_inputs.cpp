// SPDX-License-Identifier: Apache-2.0
#include "processes/common_inputs.hpp"

#include <bouillon/checkpoint/checkpoint_digest.hpp>
#include <bouillon/checkpoint/checkpoint_set.hpp>

#include "processes/program_processes.hpp"

#include <utility>

void agree_on_inputs(program_processes& processes, const bouillon::checkpoint_set& checkpoints,
                     const std::vector<std::filesystem::path>& files) {
    if (!processes.several()) return;
    std::vector<bouillon::shared_fact> facts;
    for (const auto& checkpoint : checkpoints)
        facts.push_back({checkpoint.path().string(), bouillon::checkpoint_digest(checkpoint).hex()});
    for (const auto& file : files)
        if (!file.empty()) facts.push_back({file.string(), bouillon::file_hash(file).hex()});
    processes.agree(std::move(facts));
}
