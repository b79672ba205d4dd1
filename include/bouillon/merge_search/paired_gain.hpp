// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/student_t.hpp>
#include <bouillon/search/paired.hpp>

#include <cmath>
#include <cstddef>
#include <span>

namespace bouillon {

/// What one merge gains over the newest checkpoint, document by document.
struct paired_gain {
    double gain = 0;  // mean over documents of (newest's loss - merge's loss), nats per token; above 0 is better
    double standard_error = 0;  // of the gain; NaN for fewer than two documents
    bool significant = false;   // whether the gain differs from 0 at 95 % (two-sided paired t-test)

    /// False where the scatter over documents is not known: a scorer that prints one number, or a single document.
    bool testable() const { return !std::isnan(standard_error); }

    /// Half width of the 95 % interval, nats per token.
    double margin(std::size_t documents) const {
        return student_t_quantile(0.975, static_cast<double>(documents - 1)) * standard_error;
    }
};

/// The gain of a merge over a reference on the same documents, and whether it is one.
///
///     t = gain / standard error, documents - 1 degrees of freedom; significant where p < 0.05
///
/// @param losses, reference  (documents), nats per token, in the same order
/// @throws input_error when their numbers differ
/// Reference: Student (1908), "The probable error of a mean".
inline paired_gain gain_over(std::span<const double> losses, std::span<const double> reference) {
    const loss_estimate difference = paired_difference(losses, reference);
    paired_gain result{0.0 - difference.mean, difference.standard_error(), false};  // 0 - x: never a negative zero
    if (result.standard_error > 0) {
        const double t = result.gain / result.standard_error;
        result.significant = student_t_two_sided_p_value(t, static_cast<double>(losses.size() - 1)) < 0.05;
    }
    return result;
}

}  // namespace bouillon
