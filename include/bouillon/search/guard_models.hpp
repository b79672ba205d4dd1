// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/acquisition/concept.hpp>
#include <bouillon/core/normal.hpp>
#include <bouillon/search/ledger.hpp>
#include <bouillon/search/paired.hpp>
#include <bouillon/search/training_data.hpp>
#include <bouillon/surrogate/belief_at_data.hpp>
#include <bouillon/surrogate/joint_posterior.hpp>
#include <bouillon/surrogate/posterior.hpp>
#include <bouillon/surrogate/typical_noise.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <type_traits>
#include <vector>

namespace bouillon::detail {

/// With this probability a recommended point keeps each guard.
inline constexpr double sure_of_guard = 0.95;

/// With this probability or more a point keeps each guard that is to be improved on.
inline constexpr double probable_of_guard = 0.5;

/// Of a search whose acquisition keeps no guards.
struct no_guards {};

/// What a search believes of its guards: a surrogate of each one's scores, minus its losses.
///
/// Each has hyper-parameters of its own, which the last fit begins with.
template <joint_surrogate Surrogate>
class guard_models {
 public:
    /// @param unfitted the surrogate of the search, before any data
    /// @param guards how many
    guard_models(const Surrogate& unfitted, std::size_t guards)
        : models_(guards, unfitted), data_(guards), least_scores_(guards) {}

    /// Whether there are guards.
    bool any() const { return !models_.empty(); }
    /// Guards.
    std::size_t size() const { return models_.size(); }

    /// Learns what was told of each guard. Cost: a hyper-parameter fit a guard.
    void fit(const ledger& book) {
        for (std::size_t g = 0; g < size(); ++g) {
            data_[g] = book.learned_of_guard(g);
            if (data_[g].size() > 0) models_[g].fit(data_[g].points, data_[g].scores, data_[g].variances);
            least_scores_[g] = models_[g].standardisation()(-book.options().guards[g].allowed_loss);
        }
    }

    /// Lets the surrogates believe that pending trials, unit points (p, d), end as expected.
    void believe(std::span<const double> pending) {
        for (auto& model : models_)
            for (std::size_t first = 0; first < pending.size(); first += model.dimension())
                model.believe(pending.subspan(first, model.dimension()));
    }

    /// (guards), as an acquisition sees them; they refer to this.
    std::vector<guard_belief<Surrogate>> beliefs() const {
        std::vector<guard_belief<Surrogate>> all;
        for (std::size_t g = 0; g < size(); ++g) all.push_back({&models_[g], least_scores_[g]});
        return all;
    }

    /// How surely points keep the guard that they are least likely to keep, in deviations: the probability is the
    /// normal distribution's at it. Infinite where it is certain that all are kept.
    ///
    /// Cost: for each guard n^2 m, and n^3 where a point was tried.
    /// @param points (m, d), unit points
    /// @returns (m)
    std::vector<double> margins(std::span<const double> points) const {
        std::vector<double> least;
        for (std::size_t g = 0; g < size(); ++g) {
            const auto of_guard = posteriors(g, points);
            least.resize(of_guard.size(), std::numeric_limits<double>::infinity());
            for (std::size_t i = 0; i < least.size(); ++i)
                least[i] = std::min(least[i], margin(of_guard[i], least_scores_[g]));
        }
        return least;
    }

    /// How well one trial's documents know a guard's score, in the median, standardised: that of the guard of which
    /// they know least; 0 where that is not known.
    double typical_deviation() const {
        double largest = 0;
        for (const auto& model : models_) {
            std::vector<double> known;  // variances above 0
            for (const double variance : model.data().variances)
                if (variance > 0) known.push_back(variance);
            if (known.empty()) continue;
            const auto middle = known.begin() + static_cast<std::ptrdiff_t>(known.size() / 2);
            std::ranges::nth_element(known, middle);
            largest = std::max(largest, std::sqrt(*middle));
        }
        return largest;
    }

    /// Which points (m, d) keep each guard with a probability: (m).
    std::vector<bool> kept(std::span<const double> points, double probability) const {
        const double wanted = normal_quantile(probability);
        std::vector<bool> flags;
        for (const double each : margins(points)) flags.push_back(each >= wanted);
        return flags;
    }

    /// Whether one point (d) does.
    bool keeps(std::span<const double> point, double probability) const {
        return margins(point).front() >= normal_quantile(probability);
    }

    /// What is believed of the guards' losses (guards) at a unit point (d): what was observed, where that is certain.
    std::vector<loss_estimate> losses_at(std::span<const double> point) const {
        std::vector<loss_estimate> losses;
        for (std::size_t g = 0; g < size(); ++g) {
            const posterior belief = posteriors(g, point).front();
            const auto& seen = models_[g].standardisation();
            const double score = seen.score(belief.mean), slope = seen.slope(score);
            losses.push_back({0.0 - score, belief.variance / (slope * slope)});
            for (std::size_t i = 0; i < data_[g].size(); ++i)
                if (data_[g].variances[i] == 0 && std::ranges::equal(data_[g].point(i), point))
                    losses.back() = {0.0 - data_[g].scores[i], 0};
        }
        return losses;
    }

 private:
    static double margin(const posterior& belief, double least_score) {
        constexpr double smallest_deviation = 1e-10;  // so that losses that are certain have an order
        const double above = belief.mean - least_score;
        if (belief.variance == 0 && above >= 0) return std::numeric_limits<double>::infinity();
        return above / std::max(std::sqrt(belief.variance), smallest_deviation);
    }

    /// What is believed of the function itself, its roughness included, as for the objective (recommendation.hpp).
    ///
    /// All trials are judged by the same documents, whose chance they share: many trials tell no more of it than one.
    /// So nothing is known better than the documents tell it of the trial that is nearest.
    std::vector<posterior> posteriors(std::size_t g, std::span<const double> points) const {
        const Surrogate& model = models_[g];
        const std::size_t d = model.dimension(), m = points.size() / d, n = model.data().size();
        std::vector<double> means(m), deviations(m), at_data;  // (m), (m), (n)
        model.predict(points, means, deviations);
        const double noise = typical_noise(model.data().variances);
        const double roughness = roughness_at(noise * noise, model.hyper_parameters());
        std::vector<posterior> all(m);
        for (std::size_t i = 0; i < m; ++i) {
            const std::size_t there = observation_at(model, points.subspan(i * d, d));
            if (there < n && at_data.empty()) at_data = variances_at_data(model);
            all[i] = there < n ? posterior{mean_at(model, there), at_data[there]}
                               : posterior{means[i], deviations[i] * deviations[i] + roughness};
            if (there < n && model.data().variances[there] == 0) continue;  // the reference, which is certain
            all[i].variance = std::max(all[i].variance, nearest_variance(model, points.subspan(i * d, d)));
        }
        return all;
    }

    /// The variance of the observation that is nearest to a point (d) among those with a known one above 0.
    static double nearest_variance(const Surrogate& model, std::span<const double> point) {
        const auto& data = model.data();
        double least = std::numeric_limits<double>::infinity(), variance = 0;
        for (std::size_t i = 0; i < data.size(); ++i) {
            if (!(data.variances[i] > 0)) continue;
            double squares = 0;
            for (std::size_t k = 0; k < point.size(); ++k)
                squares += std::pow(data.points[i * point.size() + k] - point[k], 2);
            if (squares < least) least = squares, variance = data.variances[i];
        }
        return variance;
    }

    std::vector<Surrogate> models_;     // (guards)
    std::vector<training_data> data_;   // (guards)
    std::vector<double> least_scores_;  // (guards), standardised
};

/// Whether something believes in guards.
template <class Guards>
inline constexpr bool has_guards = !std::is_same_v<Guards, no_guards>;

}  // namespace bouillon::detail
