// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/student_t.hpp>
#include <bouillon/search/document_domains.hpp>
#include <bouillon/search/paired.hpp>

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace bouillon {

/// What one merge gains over another, document by document, and an interval that holds what it would gain over all the
/// documents that these are a sample of.
struct paired_gain {
    double gain = 0;  ///< mean over documents of (reference's loss - merge's loss), nats per token; above 0 is better
    double standard_error = 0;     ///< of the gain; NaN for fewer than two documents
    bool significant = false;      ///< whether the interval leaves out 0
    std::size_t documents = 0;     ///< that it was measured on
    double effective_degrees = 0;  ///< of freedom of the standard error over several domains; 0: as of one
    double p_value = 1;            ///< of a gain as far from 0 or further, if there were none; NaN if not testable
    double level = 0.05;           ///< the interval leaves out the truth so often; two-sided

    /// False where the scatter over documents is not known: a scorer that prints one number, or a single document.
    bool testable() const { return !std::isnan(standard_error); }

    /// Degrees of freedom of the standard error.
    double degrees_of_freedom() const {
        return effective_degrees > 0 ? effective_degrees : static_cast<double>(documents) - 1;
    }

    /// Half width of the interval, nats per token; NaN where it is not testable.
    double margin() const {
        if (!testable()) return standard_error;
        return student_t_quantile(1 - level / 2, degrees_of_freedom()) * standard_error;
    }
    /// Lower end of the interval, nats per token.
    double lower() const { return gain - margin(); }
    /// Upper end of the interval, nats per token.
    double upper() const { return gain + margin(); }
};

/// The gain of a merge over a reference on the same documents, and whether it is one.
///
///     t = gain / standard error, n - 1 degrees of freedom for n documents; significant where p < level
///
/// Of several domains the gain is the weighted mean of theirs. With u_s = (w_s / c_s)^2 v_s it has the degrees of
/// freedom
///
///     (sum_s u_s)^2 / sum_s u_s^2 / (n_s - 1)
///
/// Reference: Student (1908), "The probable error of a mean"; Satterthwaite (1946), "An approximate distribution of
/// estimates of variance components", equation 17.
/// @param losses (documents), nats per token, of the merge
/// @param reference (documents), nats per token, in the same order
/// @param domains of the documents; none: all are of one
/// @param level how often the interval leaves out the truth; two-sided
/// @throws input_error when their numbers differ, and as `check` of domains
inline paired_gain gain_over(std::span<const double> losses, std::span<const double> reference,
                             const document_domains& domains, double level = 0.05) {
    const std::vector<double> differences = paired_differences(losses, reference);
    const loss_estimate difference = mean_loss(differences, domains);
    paired_gain result{.gain = 0.0 - difference.mean,  // 0 - x: never a negative zero
                       .standard_error = difference.standard_error(),
                       .documents = losses.size(),
                       .level = level};
    double sum = 0, parts = 0;
    for_each_domain(domains, std::span(differences), [&](const document_domain& domain, std::span<const double> part) {
        if (domain.weight == 0) return;
        const double own = domain.factor() * domain.factor() * mean_loss(part).variance;
        sum += own;
        parts += own * own / static_cast<double>(part.size() - 1);
    });
    if (parts > 0) result.effective_degrees = sum * sum / parts;
    if (result.standard_error > 0)
        result.p_value = student_t_two_sided_p_value(result.gain / result.standard_error, result.degrees_of_freedom());
    else if (!result.testable())
        result.p_value = result.standard_error;
    result.significant = result.p_value < level;
    return result;
}

/// The same where all documents are of one domain.
inline paired_gain gain_over(std::span<const double> losses, std::span<const double> reference, double level = 0.05) {
    return gain_over(losses, reference, {}, level);
}

/// Whether two gains on different documents differ by more than both scatter, in a Welch test at the given level.
///
/// False where either is not testable. Reference: Welch (1947), "The generalization of Student's problem".
inline bool differ(const paired_gain& one, const paired_gain& other, double level) {
    const double a = one.standard_error * one.standard_error, b = other.standard_error * other.standard_error;
    if (!(a + b > 0)) return false;  // NaN too
    const double degrees = (a + b) * (a + b) / (a * a / one.degrees_of_freedom() + b * b / other.degrees_of_freedom());
    return student_t_two_sided_p_value((one.gain - other.gain) / std::sqrt(a + b), degrees) < level;
}

}  // namespace bouillon
