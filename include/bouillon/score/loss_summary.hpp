// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/score/held_out.hpp>

#include <cmath>
#include <cstddef>
#include <limits>
#include <numbers>
#include <numeric>
#include <span>
#include <vector>

namespace bouillon {

/// What a set of document losses comes to.
struct loss_summary {
    double loss = 0;            ///< mean over documents, nats per token; each document counts alike
    double standard_error = 0;  ///< of `loss`, from the spread over documents; NaN for a single document
    double token_loss = 0;      ///< mean over all tokens, nats per token
    double perplexity = 0;      ///< exp(token_loss)
    double bits_per_byte = std::numeric_limits<double>::quiet_NaN();  ///< NaN where the documents' bytes are not known
};

/// Mean of values (n).
inline double mean_of(std::span<const double> values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// Standard error of the mean of values, sd(v) / sqrt(n), as their own spread shows it; NaN for a single value.
/// @param values (n)
inline double standard_error_of_mean(std::span<const double> values) {
    const auto n = static_cast<double>(values.size());
    if (values.size() < 2) return std::numeric_limits<double>::quiet_NaN();
    const double mean = mean_of(values);
    double squares = 0;
    for (const double value : values) squares += (value - mean) * (value - mean);
    return std::sqrt(squares / (n - 1) / n);
}

/// Summarises the losses of some documents.
///
///     loss = mean_i l_i,  token loss = sum_i n_i l_i / sum_i n_i,  bits per byte = sum_i n_i l_i / (ln 2 sum_i b_i)
///
/// with n_i targets and b_i bytes in document i.
/// @param losses (documents), nats per token, as a scorer returned them
/// @param held_out the documents that they belong to
/// @param chosen (n), the documents that count
inline loss_summary summarize(std::span<const double> losses, const held_out_documents& held_out,
                              std::span<const std::size_t> chosen) {
    std::vector<double> counted;  // (n), nats per token
    double nats = 0, tokens = 0, bytes = 0;
    for (const std::size_t i : chosen) {
        const auto targets = static_cast<double>(held_out.targets(i));
        counted.push_back(losses[i]);
        nats += losses[i] * targets;
        tokens += targets;
        bytes += held_out.bytes().empty() ? 0 : static_cast<double>(held_out.bytes()[i]);
    }
    loss_summary summary;
    summary.loss = mean_of(counted);
    summary.standard_error = standard_error_of_mean(counted);
    summary.token_loss = nats / tokens;
    summary.perplexity = std::exp(summary.token_loss);
    if (bytes > 0) summary.bits_per_byte = nats / (std::numbers::ln2 * bytes);
    return summary;
}

/// As above, of all documents.
inline loss_summary summarize(std::span<const double> losses, const held_out_documents& held_out) {
    std::vector<std::size_t> all(losses.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    return summarize(losses, held_out, all);
}

}  // namespace bouillon
