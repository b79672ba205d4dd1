// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/blas.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/surrogate/cholesky.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bouillon {

/// A merge's losses on all documents, of which some were scored and the others follow from them.
struct completed_losses {
    std::vector<double> losses;     ///< (documents), nats per token
    double sampling_variance = 0;   ///< of their mean, for not all were scored; 0 when all were
    double degrees_of_freedom = 0;  ///< of that variance; infinite when all were scored
};

/// Predicts a merge's loss on each document from merges that were scored on all of them, so that a few documents are
/// enough for the rest.
///
/// Merges with like weights gain and lose on the same documents, which makes these differences nearly all that a mean
/// over few documents lacks (a control variate).
///
///     p_j = sum_k b_k l_kj,   b = C^-1 c(w),   C_kl = c(w_k, w_l),   c(u, v) = constant + exp(-|u - v|^2 / 2)
///     loss of the set = mean_all(p) + mean_scored(l - p),   its variance = s^2 (1/n - 1/N)
///
/// This is kriging between merge weights, with the same coefficients b for every document. They do not depend on which
/// documents are scored, so the estimate has no bias when these are drawn evenly. s^2 is the scatter of the residuals,
/// pooled with what C says of it beforehand, as if that had been seen on `prior_documents`.
/// Reference: Cochran (1977), "Sampling techniques", sections 7.3 and 12.6.
class document_regression {
 public:
    /// Adds a merge that was scored on all documents.
    ///
    /// One with the weights of an earlier one is passed over.
    /// Cost: m^3 / 3 for m merges.
    /// @param merge_weights (checkpoints), or (groups, checkpoints) where groups of tensors have their own; the first
    ///     merge's are (checkpoints)
    /// @param losses (documents), nats per token
    /// @throws input_error when their numbers do not fit the first's
    void add(std::span<const double> merge_weights, std::span<const double> losses) {
        if (!weights_.empty()) check_sizes(merge_weights, losses);
        for (const auto& earlier : weights_)
            if (std::ranges::equal(earlier, merge_weights)) return;
        weights_.emplace_back(merge_weights.begin(), merge_weights.end());
        losses_.emplace_back(losses.begin(), losses.end());
        factor();
    }

    /// Merges that predictions are made from.
    std::size_t size() const { return weights_.size(); }

    /// The losses on all documents of a merge that was scored on some.
    ///
    /// Cost: m documents + m^2.
    /// @param merge_weights (checkpoints)
    /// @param documents (scored), which, each once; two or more
    /// @param losses (scored) on these
    /// @throws input_error when there is nothing to predict from
    completed_losses complete(std::span<const double> merge_weights, std::span<const std::size_t> documents,
                              std::span<const double> losses) const {
        if (weights_.empty()) throw input_error("document losses: there is no merge to predict them from");
        auto [predicted, prior_variance] = predict(merge_weights);
        const auto n = static_cast<double>(documents.size()), all = static_cast<double>(predicted.size());
        double shift = 0, squares = 0;  // mean and squared deviations of the residuals
        for (std::size_t i = 0; i < documents.size(); ++i) shift += (losses[i] - predicted[documents[i]]) / n;
        for (std::size_t i = 0; i < documents.size(); ++i)
            squares += std::pow(losses[i] - predicted[documents[i]] - shift, 2);
        for (double& loss : predicted) loss += shift;
        for (std::size_t i = 0; i < documents.size(); ++i) predicted[documents[i]] = losses[i];

        const double prior = weights_.size() > 1 ? prior_documents : 0, freedom = n - 1 + prior;
        const double scatter = (squares + prior * prior_variance) / freedom;
        return {std::move(predicted), scatter * (1 / n - 1 / all), freedom};
    }

 private:
    static constexpr double constant = 100;  // large: the coefficients sum to 1, and a common shift is no surprise
    static constexpr double nugget = 1e-3;   // what merges differ by that their weights do not tell
    static constexpr double prior_documents = 4;

    void check_sizes(std::span<const double> merge_weights, std::span<const double> losses) const {
        if (merge_weights.size() % weights_.front().size() != 0 || losses.size() != losses_.front().size())
            throw input_error("document losses: " + to_string(losses.size()) + " of a merge of " +
                              to_string(merge_weights.size()) + " checkpoints, but the first merge has " +
                              to_string(losses_.front().size()) + " and " + to_string(weights_.front().size()));
    }

    /// Weights that are the same for all groups of tensors are repeated beside those that are not.
    double covariance(std::span<const double> u, std::span<const double> v) const {
        const std::size_t size = std::max(u.size(), v.size());
        double squares = 0;
        for (std::size_t i = 0; i < size; ++i) squares += std::pow(u[i % u.size()] - v[i % v.size()], 2);
        const std::size_t groups = size / weights_.front().size();
        return constant + std::exp(-0.5 * squares / static_cast<double>(groups));
    }

    /// Factors C and takes the scale of the residuals from how well each merge follows from those before it.
    void factor() {
        const std::size_t m = weights_.size(), documents = losses_.front().size();
        factor_.assign(m * m, 0.0);
        for (std::size_t i = 0; i < m; ++i) {
            for (std::size_t k = 0; k < i; ++k) factor_[i * m + k] = covariance(weights_[i], weights_[k]);
            factor_[i * m + i] = constant + 1 + nugget;
        }
        if (!detail::guarded_cholesky(m, factor_, 1.0)) throw work_error("document losses: no covariance of merges");
        scale_ = 0;
        if (m < 2) return;
        std::vector<double> deviations(m * documents);  // (m, documents), from the first merge and its own mean
        for (std::size_t i = 0; i < m; ++i) {
            double mean = 0;
            for (std::size_t j = 0; j < documents; ++j) mean += (losses_[i][j] - losses_[0][j]) / double(documents);
            for (std::size_t j = 0; j < documents; ++j)
                deviations[i * documents + j] = losses_[i][j] - losses_[0][j] - mean;
        }
        detail::solve_lower(false, m, documents, factor_.data(), m, deviations.data(), documents);
        for (const double value : deviations) scale_ += value * value;
        scale_ /= static_cast<double>((m - 1) * (documents - 1));
    }

    /// Predicted losses (documents), and the variance over documents of what they will be wrong by.
    std::pair<std::vector<double>, double> predict(std::span<const double> merge_weights) const {
        const std::size_t m = weights_.size();
        std::vector<double> coefficients(m);  // (m): c(w), then L^-1 c, then C^-1 c
        for (std::size_t k = 0; k < m; ++k) coefficients[k] = covariance(merge_weights, weights_[k]);
        detail::solve_lower(false, m, factor_.data(), m, coefficients.data());
        double variance = constant + 1 + nugget, sum = 0;
        for (const double value : coefficients) variance -= value * value;
        detail::solve_lower(true, m, factor_.data(), m, coefficients.data());
        for (const double value : coefficients) sum += value;
        std::vector<double> losses =
            losses_.front();  // (documents): what the coefficients lack to a sum of 1 goes here
        for (double& loss : losses) loss *= 1 - sum;
        for (std::size_t k = 0; k < m; ++k)
            for (std::size_t j = 0; j < losses.size(); ++j) losses[j] += coefficients[k] * losses_[k][j];
        return {std::move(losses), scale_ * std::max(variance, nugget)};
    }

    std::vector<std::vector<double>> weights_, losses_;  // (m, [groups,] checkpoints), (m, documents)
    std::vector<double> factor_;                         // (m, m), Cholesky factor of C
    double scale_ = 0;                                   // nats per token squared, of a residual where c is 1
};

}  // namespace bouillon
