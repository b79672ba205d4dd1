// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>

#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace bouillon {

/// A mean over documents, each counting alike, and the variance of that mean.
struct loss_estimate {
    double mean = 0;      ///< nats per token
    double variance = 0;  ///< of the mean, its unit squared; NaN with fewer than two documents

    /// Square root of the variance.
    double standard_error() const { return std::sqrt(variance); }
};

/// Mean of some documents' losses, and the variance of that mean as the documents' own scatter shows it.
///
///     mean = sum_j l_j / n,   variance = sum_j (l_j - mean)^2 / (n (n - 1))
///
/// @param losses (documents), nats per token
/// @throws input_error when there are none
inline loss_estimate mean_loss(std::span<const double> losses) {
    if (losses.empty()) throw input_error("losses: there are 0 documents, but a mean needs 1 or more");
    const auto n = static_cast<double>(losses.size());
    double sum = 0;
    for (const double loss : losses) sum += loss;
    const double mean = sum / n;
    double squares = 0;
    for (const double loss : losses) squares += (loss - mean) * (loss - mean);
    return {mean, losses.size() > 1 ? squares / (n * (n - 1)) : std::numeric_limits<double>::quiet_NaN()};
}

/// The differences of a model's losses to a reference model's on the same documents.
///
/// @param losses (documents), nats per token, in the same order
/// @param reference (documents), nats per token, in the same order
/// @returns (documents)
/// @throws input_error when their numbers differ
inline std::vector<double> paired_differences(std::span<const double> losses, std::span<const double> reference) {
    if (losses.size() != reference.size())
        throw input_error("paired losses: " + to_string(losses.size()) + " documents, but the reference has " +
                          to_string(reference.size()));
    std::vector<double> differences(losses.size());
    for (std::size_t j = 0; j < losses.size(); ++j) differences[j] = losses[j] - reference[j];
    return differences;
}

/// Mean of the differences to a reference model's losses on the same documents.
///
/// Documents differ far more from each other than two merges do on one document, so the difference is known much better
/// than either mean.
///
///     l_j - r_j,  then as `mean_loss`
///
/// @param losses (documents), nats per token, in the same order
/// @param reference (documents), nats per token, in the same order
/// @throws input_error when their numbers differ
inline loss_estimate paired_difference(std::span<const double> losses, std::span<const double> reference) {
    return mean_loss(paired_differences(losses, reference));
}

}  // namespace bouillon
