// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/score/held_out.hpp>

#include <cmath>
#include <cstddef>
#include <limits>
#include <span>

namespace bouillon {

/// What a set of document losses comes to.
struct loss_summary {
    double loss = 0;            // mean over documents, nats per token; each document counts alike
    double standard_error = 0;  // of `loss`, from the spread over documents; NaN for a single document
    double token_loss = 0;      // mean over all tokens, nats per token
    double perplexity = 0;      // exp(token_loss)
};

/// Summarises losses: loss = mean_i l_i, standard error = sd(l) / sqrt(documents), token loss = sum_i n_i l_i / sum
/// n_i.
/// @param losses    (documents), nats per token, as a scorer returned them
/// @param held_out  the documents that they belong to
inline loss_summary summarize(std::span<const double> losses, const held_out_documents& held_out) {
    const auto n = static_cast<double>(losses.size());
    loss_summary summary;
    double tokens = 0;
    for (std::size_t i = 0; i < losses.size(); ++i) {
        const auto targets = static_cast<double>(held_out.targets(i));
        summary.loss += losses[i] / n;
        summary.token_loss += losses[i] * targets;
        tokens += targets;
    }
    double squares = 0;
    for (const double loss : losses) squares += (loss - summary.loss) * (loss - summary.loss);
    summary.standard_error =
        losses.size() > 1 ? std::sqrt(squares / (n - 1) / n) : std::numeric_limits<double>::quiet_NaN();
    summary.token_loss /= tokens;
    summary.perplexity = std::exp(summary.token_loss);
    return summary;
}

}  // namespace bouillon
