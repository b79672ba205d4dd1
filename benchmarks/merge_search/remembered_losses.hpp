// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint_set.hpp>
#include <bouillon/merge/make_resident.hpp>
#include <bouillon/merge_search/evaluator.hpp>
#include <bouillon/merge_search/held_out_file.hpp>
#include <bouillon/model/causal_language_model.hpp>
#include <bouillon/model/config.hpp>
#include <bouillon/score/document_scorer.hpp>
#include <bouillon/tensor/xtensor_backend.hpp>

#include "landscape.hpp"
#include <nlohmann/json.hpp>

#include <array>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <map>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

/// A run's merges on its search and test documents. A document is scored once on each merge, also across programs
/// where there is a file to remember it in, but counted as often as it is asked for: two ways to search that meet at
/// the same merges are then compared in the time of one.
class remembered_losses {
 public:
    remembered_losses(const std::filesystem::path& run, const std::filesystem::path& memory)
        : checkpoints_(bouillon::open_checkpoints(checkpoints_in(run))),
          documents_{bouillon::read_held_out(run / "search.safetensors"),
                     bouillon::read_held_out(run / "test.safetensors")},
          resident_(bouillon::make_resident(checkpoints_, backend_)),
          score_(
              bouillon::causal_language_model(bouillon::read_config(*checkpoints_.newest().config_path()), backend_)) {
        if (memory.empty()) return;
        std::ifstream lines(memory);
        for (std::string line; std::getline(lines, line);) {
            const auto known = nlohmann::json::parse(line);
            auto& losses = known_[known.at("test").get<bool>()][known.at("merge_weights")];
            for (std::size_t i = 0; i < known.at("documents").size(); ++i)
                losses[known["documents"][i]] = known["losses"][i];
        }
        memory_.open(memory, std::ios::app);
    }

    std::size_t checkpoints() const { return checkpoints_.size(); }

    bouillon::merge_evaluation operator()(std::span<const double> merge_weights, bouillon::document_set set) {
        std::vector<std::size_t> all(documents_[set == bouillon::document_set::test].size());
        std::iota(all.begin(), all.end(), std::size_t{0});
        return losses(merge_weights, all, set == bouillon::document_set::test);
    }
    bouillon::merge_evaluation operator()(std::span<const double> merge_weights,
                                          std::span<const std::size_t> documents) {
        return losses(merge_weights, documents, false);
    }

    /// Tokens that were asked for since the last call, on the search and on the test documents.
    std::array<std::size_t, 2> count_tokens() { return std::exchange(tokens_, {0, 0}); }

 private:
    bouillon::merge_evaluation losses(std::span<const double> merge_weights, std::span<const std::size_t> documents,
                                      bool test) {
        auto& known = known_[test][{merge_weights.begin(), merge_weights.end()}];
        std::vector<std::size_t> missing;
        for (const std::size_t document : documents) {
            tokens_[test] += documents_[test].targets(document);
            if (!known.contains(document)) missing.push_back(document);
        }
        if (!missing.empty()) score(merge_weights, missing, test, known);
        bouillon::merge_evaluation result;
        for (const std::size_t document : documents) result.losses.push_back(known.at(document));
        return result;
    }

    void score(std::span<const double> merge_weights, const std::vector<std::size_t>& documents, bool test,
               std::map<std::size_t, double>& known) {
        resident_.merge_into(merge_weights, merged_);
        const auto scored = score_(merged_, documents_[test].select(documents));
        for (std::size_t i = 0; i < documents.size(); ++i) known[documents[i]] = scored[i];
        if (memory_.is_open())
            memory_ << nlohmann::json{{"merge_weights", std::vector(merge_weights.begin(), merge_weights.end())},
                                      {"test", test},
                                      {"documents", documents},
                                      {"losses", scored}}
                               .dump() +
                           '\n'
                    << std::flush;
    }

    bouillon::xtensor_backend backend_{{.threads = 1}};
    bouillon::checkpoint_set checkpoints_;
    std::array<bouillon::held_out_documents, 2> documents_;  // search, test
    bouillon::resident_checkpoints<bouillon::xtensor_backend> resident_;
    bouillon::document_scorer<bouillon::causal_language_model<bouillon::xtensor_backend>> score_;
    bouillon::parameters<bouillon::xtensor_backend> merged_;
    std::array<std::map<std::vector<double>, std::map<std::size_t, double>>, 2> known_;  // weights -> document -> loss
    std::array<std::size_t, 2> tokens_ = {0, 0};
    std::ofstream memory_;
};

static_assert(bouillon::partial_merge_evaluator<remembered_losses>);
