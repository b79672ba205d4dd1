// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/merge_search/evaluator.hpp>
#include <bouillon/merge_search/measured_domains.hpp>

#include "simulated_run.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

/// A held-out set of a simulated run: its documents, and what a merge gains on them.
struct set_shape {
    run_shape shape;  // whose name is the set's
    std::size_t documents = 48;
    double weight = 1;
};

/// A run that is judged on several held-out sets, of which everything is known.
class simulated_sets {
 public:
    /// @param test as many test documents as search documents, if so
    simulated_sets(const std::vector<set_shape>& sets, std::size_t checkpoints, bool test, std::uint64_t seed) {
        for (std::size_t s = 0; s < sets.size(); ++s) {
            const auto& [shape, documents, weight] = sets[s];
            runs_.emplace_back(shape, checkpoints, documents, test ? documents : 0, 1000 * seed + s);
            domains_.search.push_back({shape.name, documents, weight});
            domains_.test.push_back({shape.name, documents, weight});
            for (std::size_t j = 0; j < documents; ++j) places_.emplace_back(s, j);
        }
    }

    bouillon::merge_evaluation operator()(std::span<const double> merge_weights, bouillon::document_set set) const {
        bouillon::merge_evaluation result;
        for (const auto& run : runs_) {
            const auto losses = run(merge_weights, set).losses;
            result.losses.insert(result.losses.end(), losses.begin(), losses.end());
        }
        return result;
    }

    /// On some of the search documents.
    bouillon::merge_evaluation operator()(std::span<const double> merge_weights,
                                          std::span<const std::size_t> documents) const {
        bouillon::merge_evaluation result;
        for (const std::size_t document : documents) {
            const auto [set, own] = places_[document];
            result.losses.push_back(runs_[set](merge_weights, std::span(&own, 1)).losses.front());
        }
        return result;
    }

    const bouillon::measured_domains& domains() const { return domains_; }

    /// What a merge gains over the newest checkpoint on all documents there could be of a set, nats per token.
    double true_gain(std::size_t set, std::span<const double> merge_weights) const {
        return runs_[set].true_gain(merge_weights);
    }

    /// The weighted mean of these.
    double true_gain(std::span<const double> merge_weights) const {
        double sum = 0, weights = 0;
        for (std::size_t s = 0; s < runs_.size(); ++s) {
            sum += domains_.search[s].weight * true_gain(s, merge_weights);
            weights += domains_.search[s].weight;
        }
        return sum / weights;
    }

 private:
    std::vector<simulated_run> runs_;                          // (sets)
    std::vector<std::pair<std::size_t, std::size_t>> places_;  // (documents), set and number in it
    bouillon::measured_domains domains_;
};
