// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/student_t.hpp>
#include <bouillon/search/paired.hpp>

#include <cmath>
#include <cstddef>
#include <span>

namespace bouillon {

/// What one merge gains over another, document by document, and an interval that holds what it would gain over all the
/// documents that these are a sample of.
struct paired_gain {
    double gain = 0;  ///< mean over documents of (reference's loss - merge's loss), nats per token; above 0 is better
    double standard_error = 0;  ///< of the gain; NaN for fewer than two documents
    bool significant = false;   ///< whether the interval leaves out 0
    std::size_t documents = 0;  ///< that it was measured on
    double level = 0.05;        ///< the interval leaves out the truth so often; two-sided

    /// False where the scatter over documents is not known: a scorer that prints one number, or a single document.
    bool testable() const { return !std::isnan(standard_error); }

    /// Half width of the interval, nats per token; NaN where it is not testable.
    double margin() const {
        if (!testable()) return standard_error;
        return student_t_quantile(1 - level / 2, static_cast<double>(documents - 1)) * standard_error;
    }
    /// Lower end of the interval, nats per token.
    double lower() const { return gain - margin(); }
    /// Upper end of the interval, nats per token.
    double upper() const { return gain + margin(); }
};

/// The gain of a merge over a reference on the same documents, and whether it is one.
///
///     t = gain / standard error, documents - 1 degrees of freedom; significant where p < level
///
/// Reference: Student (1908), "The probable error of a mean".
/// @param losses (documents), nats per token, of the merge
/// @param reference (documents), nats per token, in the same order
/// @param level how often the interval leaves out the truth; two-sided
/// @throws input_error when their numbers differ
inline paired_gain gain_over(std::span<const double> losses, std::span<const double> reference, double level = 0.05) {
    const loss_estimate difference = paired_difference(losses, reference);
    paired_gain result{.gain = 0.0 - difference.mean,  // 0 - x: never a negative zero
                       .standard_error = difference.standard_error(),
                       .documents = losses.size(),
                       .level = level};
    if (result.standard_error > 0) {
        const double t = result.gain / result.standard_error;
        result.significant = student_t_two_sided_p_value(t, static_cast<double>(losses.size() - 1)) < level;
    }
    return result;
}

/// Whether two gains on different documents differ by more than both scatter, in a Welch test at the given level.
///
/// False where either is not testable. Reference: Welch (1947), "The generalization of Student's problem".
inline bool differ(const paired_gain& one, const paired_gain& other, double level) {
    const double a = one.standard_error * one.standard_error, b = other.standard_error * other.standard_error;
    if (!(a + b > 0)) return false;  // NaN too
    const auto part = [](double variance, std::size_t documents) {
        return variance * variance / static_cast<double>(documents - 1);
    };
    const double degrees = (a + b) * (a + b) / (part(a, one.documents) + part(b, other.documents));
    return student_t_two_sided_p_value((one.gain - other.gain) / std::sqrt(a + b), degrees) < level;
}

}  // namespace bouillon
