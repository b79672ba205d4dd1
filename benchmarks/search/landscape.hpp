// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint_set.hpp>
#include <bouillon/compare/objective.hpp>
#include <bouillon/merge/make_resident.hpp>
#include <bouillon/merge_search/held_out_file.hpp>
#include <bouillon/model/causal_language_model.hpp>
#include <bouillon/model/config.hpp>
#include <bouillon/score/document_scorer.hpp>
#include <bouillon/search/paired.hpp>
#include <bouillon/tensor/xtensor_backend.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

/// All checkpoints of a run's folder ("step-..."), the newest last.
inline std::vector<std::filesystem::path> checkpoints_in(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        if (entry.path().filename().string().rfind("step-", 0) == 0) found.push_back(entry.path());
    std::sort(found.begin(), found.end());
    return found;
}

/// Every so-many-th of some documents, so that `count` are left; 0 leaves all.
inline bouillon::held_out_documents thin_out(const bouillon::held_out_documents& all, std::size_t count) {
    if (count == 0 || count >= all.size()) return all;
    std::vector<std::int32_t> tokens;
    std::vector<std::size_t> offsets = {0};
    for (std::size_t i = 0; i < count; ++i) {
        const auto document = all[i * all.size() / count];
        tokens.insert(tokens.end(), document.begin(), document.end());
        offsets.push_back(tokens.size());
    }
    return {std::move(tokens), std::move(offsets), all.origin()};
}

/// Losses of a run's merges on its search documents. Each merge is scored once, also across programs where there is a
/// file to remember it in: an object a line.
class landscape {
 public:
    landscape(const std::filesystem::path& folder, std::size_t documents, const std::filesystem::path& memory)
        : checkpoints_(bouillon::open_checkpoints(checkpoints_in(folder))),
          documents_(thin_out(bouillon::read_held_out(folder / "search.safetensors"), documents)),
          resident_(bouillon::make_resident(checkpoints_, backend_)),
          score_(
              bouillon::causal_language_model(bouillon::read_config(*checkpoints_.newest().config_path()), backend_)) {
        if (memory.empty()) return;
        std::ifstream lines(memory);
        for (std::string line; std::getline(lines, line);) {
            const auto known = nlohmann::json::parse(line);
            known_.emplace(known.at("merge_weights"), known.at("losses"));
        }
        memory_.open(memory, std::ios::app);
    }

    std::size_t checkpoints() const { return checkpoints_.size(); }

    /// Losses (documents), nats per token, of a merge of the newest checkpoints, as many as there are weights.
    const std::vector<double>& losses(std::span<const double> newest_weights) {
        std::vector<double> weights(checkpoints(), 0.0);
        std::copy(newest_weights.begin(), newest_weights.end(),
                  weights.end() - static_cast<std::ptrdiff_t>(newest_weights.size()));
        if (const auto found = known_.find(weights); found != known_.end()) return found->second;
        resident_.merge_into(weights, merged_);
        auto losses = score_(merged_, documents_);
        if (memory_.is_open())
            memory_ << nlohmann::json{{"merge_weights", weights}, {"losses", losses}}.dump() + '\n' << std::flush;
        return known_.emplace(weights, std::move(losses)).first->second;
    }

 private:
    bouillon::xtensor_backend backend_{{.threads = 1}};
    bouillon::checkpoint_set checkpoints_;
    bouillon::held_out_documents documents_;
    bouillon::resident_checkpoints<bouillon::xtensor_backend> resident_;
    bouillon::document_scorer<bouillon::causal_language_model<bouillon::xtensor_backend>> score_;
    bouillon::parameters<bouillon::xtensor_backend> merged_;
    std::map<std::vector<double>, std::vector<double>> known_;  // (checkpoints) -> (documents)
    std::ofstream memory_;
};

/// A landscape as an objective: the mean loss over the newest checkpoints' interval or simplex. Nobody knows its
/// minimum, so what counts as its regret is the loss itself.
inline bouillon::objective<> merge_task(const std::string& name, const std::shared_ptr<landscape>& run,
                                        std::size_t checkpoints) {
    bouillon::objective<> task{.name = name, .space = bouillon::simplex{checkpoints}, .budget = 40};
    if (checkpoints == 2) {
        task.space = bouillon::interval{.lower = 0, .upper = 1};
        task.budget = 15;
    }
    task.value = [run, checkpoints](std::span<const double> point) {
        const std::vector<double> pair = {1 - point[0], point[0]};
        return bouillon::mean_loss(run->losses(checkpoints == 2 ? std::span<const double>(pair) : point)).mean;
    };
    return task;
}
