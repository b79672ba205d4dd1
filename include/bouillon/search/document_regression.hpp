// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/blas.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/search/document_domains.hpp>
#include <bouillon/surrogate/cholesky.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bouillon {

/// A merge's losses on all documents, of which some were scored and the others follow from them.
struct completed_losses {
    std::vector<double> losses;                 ///< (documents), nats per token
    double sampling_variance = 0;               ///< of their mean, for not all were scored; 0 when all were
    double degrees_of_freedom = 0;              ///< of that variance
    std::vector<double> domain_variances = {};  ///< (domains), the sampling variance of each one's mean; none: empty
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
/// Of several domains each has a residual and a scatter of its own, and the set's loss is their weighted mean
/// (stratified sampling): its variance is sum_s (w_s / c_s)^2 v_s / (sum_s w_s)^2, with the degrees of freedom of
/// `gain_over`. Reference: Cochran (1977), "Sampling techniques", sections 5.4, 7.3 and 12.6.
class document_regression {
 public:
    /// @param domains of the documents; none: all are of one
    explicit document_regression(document_domains domains = {}) : domains_(std::move(domains)) {}

    /// Adds a merge that was scored on all documents.
    ///
    /// One with the weights of an earlier one is passed over.
    /// Cost: m^3 / 3 for m merges.
    /// @param merge_weights (checkpoints), or (groups, checkpoints) where groups of tensors have their own; the first
    ///     merge's are (checkpoints)
    /// @param losses (documents), nats per token
    /// @throws input_error when their numbers do not fit the first's
    void add(std::span<const double> merge_weights, std::span<const double> losses) {
        if (!weights_.empty())
            check_sizes(merge_weights, losses);
        else
            number_documents(losses.size());
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
    /// @param documents (scored), which, each once; two or more of each domain that has a weight and as many
    /// @param losses (scored) on these
    /// @throws input_error when there is nothing to predict from
    completed_losses complete(std::span<const double> merge_weights, std::span<const std::size_t> documents,
                              std::span<const double> losses) const {
        if (weights_.empty()) throw input_error("document losses: there is no merge to predict them from");
        auto [predicted, prior_variance] = predict(merge_weights);
        std::vector<residuals> parts(scales_.size());  // (domains)
        for (const std::size_t document : documents) ++parts[domain_of(document)].scored;
        const auto part_of = [&](std::size_t document) -> residuals& { return parts[domain_of(document)]; };
        for (std::size_t i = 0; i < documents.size(); ++i)
            part_of(documents[i]).shift +=
                (losses[i] - predicted[documents[i]]) / static_cast<double>(part_of(documents[i]).scored);
        for (std::size_t i = 0; i < documents.size(); ++i)
            part_of(documents[i]).squares +=
                std::pow(losses[i] - predicted[documents[i]] - part_of(documents[i]).shift, 2);
        for (std::size_t j = 0; j < predicted.size(); ++j) predicted[j] += part_of(j).shift;
        for (std::size_t i = 0; i < documents.size(); ++i) predicted[documents[i]] = losses[i];
        return sampled(std::move(predicted), parts, prior_variance);
    }

 private:
    static constexpr double constant = 100;  // large: the coefficients sum to 1, and a common shift is no surprise
    static constexpr double nugget = 1e-3;   // what merges differ by that their weights do not tell
    static constexpr double prior_documents = 4;

    /// Of the documents of one domain: losses less predictions.
    struct residuals {
        std::size_t scored = 0;
        double shift = 0, squares = 0;  // their mean, and squared deviations from it
    };

    std::size_t domain_of(std::size_t document) const { return domains_.empty() ? 0 : domain_of_[document]; }
    std::size_t size_of(std::size_t domain) const {
        return domains_.empty() ? losses_.front().size() : domains_[domain].documents;
    }

    /// What is uncertain about the mean of losses that were completed.
    /// @param parts (domains)
    /// @param prior_variance of a residual where the scale is 1
    completed_losses sampled(std::vector<double> completed, const std::vector<residuals>& parts,
                             double prior_variance) const {
        completed_losses result{std::move(completed)};
        const double prior = weights_.size() > 1 ? prior_documents : 0;
        double weights = 0, terms = 0, all_freedom = 0;
        for (std::size_t s = 0; s < parts.size(); ++s) {
            const auto n = static_cast<double>(parts[s].scored), all = static_cast<double>(size_of(s));
            const double freedom = n - 1 + prior;
            const double scatter = (parts[s].squares + prior * (scales_[s] * prior_variance)) / freedom;
            const double unknown = std::numeric_limits<double>::infinity();
            const double variance = n == 0 ? unknown : n < all ? scatter * (1 / n - 1 / all) : 0;
            if (domains_.empty()) return {std::move(result.losses), variance, freedom, {}};
            result.domain_variances.push_back(variance);
            if (domains_[s].weight == 0) continue;
            const double term = domains_[s].factor() * domains_[s].factor() * variance;
            weights += domains_[s].weight;
            all_freedom += freedom;
            result.sampling_variance += term;
            if (term > 0) terms += term * term / freedom;
        }
        result.degrees_of_freedom =
            terms > 0 ? result.sampling_variance * result.sampling_variance / terms : all_freedom;
        result.sampling_variance /= weights * weights;
        return result;
    }

    void check_sizes(std::span<const double> merge_weights, std::span<const double> losses) const {
        if (merge_weights.size() % weights_.front().size() != 0 || losses.size() != losses_.front().size())
            throw input_error("document losses: " + to_string(losses.size()) + " of a merge of " +
                              to_string(merge_weights.size()) + " checkpoints, but the first merge has " +
                              to_string(losses_.front().size()) + " and " + to_string(weights_.front().size()));
    }

    /// Notes which domain each document is of.
    void number_documents(std::size_t documents) {
        check(domains_, documents);
        for (std::size_t s = 0; s < domains_.size(); ++s) domain_of_.insert(domain_of_.end(), domains_[s].documents, s);
        scales_.assign(std::max<std::size_t>(domains_.size(), 1), 0.0);
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
        std::ranges::fill(scales_, 0.0);
        if (m < 2) return;
        std::vector<double> deviations(m * documents);  // (m, documents), from the first merge and its domain's mean
        for (std::size_t i = 0; i < m; ++i) {
            std::vector<double> means(scales_.size());  // (domains)
            for (std::size_t j = 0; j < documents; ++j)
                means[domain_of(j)] += (losses_[i][j] - losses_[0][j]) / static_cast<double>(size_of(domain_of(j)));
            for (std::size_t j = 0; j < documents; ++j)
                deviations[i * documents + j] = losses_[i][j] - losses_[0][j] - means[domain_of(j)];
        }
        detail::solve_lower(false, m, documents, factor_.data(), m, deviations.data(), documents);
        for (std::size_t i = 0; i < deviations.size(); ++i)
            scales_[domain_of(i % documents)] += deviations[i] * deviations[i];
        for (std::size_t s = 0; s < scales_.size(); ++s)
            scales_[s] /= static_cast<double>((m - 1) * std::max<std::size_t>(size_of(s) - 1, 1));
    }

    /// Predicted losses (documents), and the variance over documents of what they will be wrong by, where their
    /// domain's scale is 1.
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
        return {std::move(losses), std::max(variance, nugget)};
    }

    std::vector<std::vector<double>> weights_, losses_;  // (m, [groups,] checkpoints), (m, documents)
    std::vector<double> factor_;                         // (m, m), Cholesky factor of C
    std::vector<double> scales_;  // (domains, or one), nats per token squared, of a residual where c is 1
    document_domains domains_;
    std::vector<std::size_t> domain_of_;  // (documents), or none
};

}  // namespace bouillon
