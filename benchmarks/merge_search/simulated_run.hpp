// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/random.hpp>
#include <bouillon/merge_search/evaluator.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

/// How far documents are from the mean of all: normal; with three degrees of freedom; as in a set with a few that are
/// quite another kind of text, every twentieth deviating ten times as much; or exponentially to one side, a few losing
/// much and many gaining little.
enum class document_scatter { normal, heavy, outliers, skewed };

/// What a simulated run is like. The default figures are those of examples/data, to which the others are near:
/// averaging gains 0.17 nats, the older checkpoints lose 0.008 a step, and the documents' losses scatter so that
/// differences between checkpoints have a deviation of 0.04 and a correlation of 0.5.
struct run_shape {
    std::string name;
    double noise = 0.39;    // nats per token, twice what each checkpoint's own noise costs
    double drift = 0.008;   // nats per token, what a checkpoint is worse than the next
    double spread = 0.028;  // nats per token, deviation of a document's loss on one checkpoint from the mean of all
    double scale = 0.1;     // relative deviation of a document's own noise cost
    document_scatter scatter = document_scatter::normal;
};

/// A run of which everything is known. The loss of document j at merge weights w,
///
///     l_j(w) = c_j + drift sum_k (K - 1 - k) w_k + s_j noise / 2 sum_k w_k^2 + sum_k d_jk w_k,
///
/// has deviations d and log s that are drawn anew for every document, independently, so the gain over all documents
/// there could be is known: the same without d and with s of mean 1.
class simulated_run {
 public:
    simulated_run(run_shape shape, std::size_t checkpoints, std::size_t search, std::size_t test, std::uint64_t seed)
        : shape_(std::move(shape)), checkpoints_(checkpoints) {
        auto engine = bouillon::make_engine(seed, 77);
        for (std::size_t j = 0; j < search; ++j) search_.push_back(draw(engine));
        for (std::size_t j = 0; j < test; ++j) test_.push_back(draw(engine));
    }

    bouillon::merge_evaluation operator()(std::span<const double> merge_weights, bouillon::document_set set) const {
        bouillon::merge_evaluation result;
        for (const document& one : set == bouillon::document_set::search ? search_ : test_)
            result.losses.push_back(loss_of(one, merge_weights));
        return result;
    }

    /// On some of the search documents.
    bouillon::merge_evaluation operator()(std::span<const double> merge_weights,
                                          std::span<const std::size_t> documents) const {
        bouillon::merge_evaluation result;
        for (const std::size_t j : documents) result.losses.push_back(loss_of(search_[j], merge_weights));
        return result;
    }

    /// What a merge gains over the newest checkpoint on all documents there could be, nats per token.
    double true_gain(std::span<const double> merge_weights) const {
        return 0.5 * shape_.noise - drift_cost(merge_weights) - noise_cost(merge_weights);
    }

 private:
    struct document {
        double level, scale;
        std::vector<double> deviations;  // (checkpoints)
    };

    double loss_of(const document& one, std::span<const double> merge_weights) const {
        double loss = one.level + drift_cost(merge_weights) + one.scale * noise_cost(merge_weights);
        for (std::size_t k = 0; k < checkpoints_; ++k) loss += one.deviations[k] * merge_weights[k];
        return loss;
    }

    double drift_cost(std::span<const double> merge_weights) const {
        double cost = 0;
        for (std::size_t k = 0; k < checkpoints_; ++k)
            cost += shape_.drift * static_cast<double>(checkpoints_ - 1 - k) * merge_weights[k];
        return cost;
    }

    double noise_cost(std::span<const double> merge_weights) const {
        double squares = 0;
        for (const double weight : merge_weights) squares += weight * weight;
        return 0.5 * shape_.noise * squares;
    }

    document draw(bouillon::random_engine& engine) const {
        const double log_scale = shape_.scale * bouillon::normal(engine) - 0.5 * shape_.scale * shape_.scale;
        document drawn{2.9 + 0.3 * bouillon::normal(engine), std::exp(log_scale), {}};
        const double all = own_scale(engine);
        for (std::size_t k = 0; k < checkpoints_; ++k)
            drawn.deviations.push_back(shape_.spread * all * deviation(engine));
        return drawn;
    }

    /// Of mean 0 and variance 1.
    double deviation(bouillon::random_engine& engine) const {
        if (shape_.scatter == document_scatter::skewed) return -std::log(1 - bouillon::uniform(engine)) - 1;
        return bouillon::normal(engine);
    }

    /// Of one document's deviations.
    double own_scale(bouillon::random_engine& engine) const {
        if (shape_.scatter == document_scatter::normal || shape_.scatter == document_scatter::skewed) return 1;
        if (shape_.scatter == document_scatter::outliers) return bouillon::uniform(engine) < 0.05 ? 10 : 1;
        double squares = 0;  // chi-squared of 3 degrees of freedom
        for (int i = 0; i < 3; ++i) squares += std::pow(bouillon::normal(engine), 2);
        return std::sqrt(3 / squares);
    }

    run_shape shape_;
    std::size_t checkpoints_;
    std::vector<document> search_, test_;
};
