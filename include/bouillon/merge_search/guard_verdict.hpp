// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/student_t.hpp>
#include <bouillon/merge_search/paired_gain.hpp>
#include <bouillon/search/document_domains.hpp>
#include <bouillon/search/domain_guard.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace bouillon {

/// What documents that chose nothing say of a guard.
enum class guard_state {
    kept,       ///< the loss is at most what is allowed, beyond doubt; or as measured, where no test can be made
    not_shown,  ///< as measured the loss is allowed, but it may be by chance
    broken      ///< as measured the loss is larger than what is allowed
};

/// Whether a merge keeps a guard, and what it gains on the guard's domain.
struct guard_verdict {
    domain_guard guard;                       ///< of which this is the verdict
    paired_gain gain = {};                    ///< on the guard's domain alone; the loss is minus the gain
    guard_state state = guard_state::broken;  ///< by the test
    /// Probability of a loss as small or smaller, if the true one were just above what is allowed; one-sided, NaN where
    /// it cannot be tested.
    double p_value = std::numeric_limits<double>::quiet_NaN();
};

/// Whether a merge keeps each guard, by documents that chose nothing.
///
///     t = (allowed loss - loss) / standard error, n - 1 degrees of freedom;   kept where P(T >= t) < level
///
/// It is a test of non-inferiority: that a loss was not seen does not show that there is none. All guards must be kept,
/// so each is tested at the level, uncorrected: that all are called kept while one is broken happens no more often. Of
/// a single document, and where all documents differ alike, the state is as measured. Reference: Student (1908); Berger
/// (1982), "Multiparameter hypothesis testing and acceptance sampling", of the intersection-union test.
/// @param guards that `check` accepts
/// @param domains of the documents, in their order
/// @param losses (documents), nats per token, of the merge
/// @param reference (documents), nats per token, in the same order
/// @param level how often a guard that is broken is called kept, between 0 and 1
/// @returns (guards), in their order
/// @throws input_error as `check` of guards and of domains, and when the numbers of documents differ
inline std::vector<guard_verdict> guard_verdicts(const std::vector<domain_guard>& guards,
                                                 const document_domains& domains, std::span<const double> losses,
                                                 std::span<const double> reference, double level = 0.05) {
    check(guards, domains);
    std::vector<guard_verdict> verdicts;
    if (guards.empty()) return verdicts;
    check(domains, losses.size());
    check(domains, reference.size());
    for (const auto& guard : guards) {
        std::size_t first = 0;
        const auto own = std::ranges::find(domains, guard.domain, &document_domain::name);
        for (auto before = domains.begin(); before != own; ++before) first += before->documents;
        guard_verdict verdict{
            .guard = guard,
            .gain = gain_over(losses.subspan(first, own->documents), reference.subspan(first, own->documents), level)};
        const double left = guard.allowed_loss + verdict.gain.gain;  // of what is allowed
        if (verdict.gain.standard_error > 0) {
            const double degrees = verdict.gain.degrees_of_freedom();
            const double both_sides = student_t_two_sided_p_value(left / verdict.gain.standard_error, degrees);
            verdict.p_value = left > 0 ? both_sides / 2 : 1 - both_sides / 2;
        }
        const bool is_certain = !(verdict.gain.standard_error > 0);
        if (left >= 0)
            verdict.state = is_certain || verdict.p_value < level ? guard_state::kept : guard_state::not_shown;
        verdicts.push_back(verdict);
    }
    return verdicts;
}

/// Whether all guards are kept; true where there are none.
inline bool all_kept(std::span<const guard_verdict> verdicts) {
    return std::ranges::all_of(verdicts, [](const guard_verdict& one) { return one.state == guard_state::kept; });
}

}  // namespace bouillon
