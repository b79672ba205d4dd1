// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/holm.hpp>
#include <bouillon/merge_search/paired_gain.hpp>
#include <bouillon/search/document_domains.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace bouillon {

/// What a merge gains on the documents of one domain.
struct domain_gain {
    std::string name;
    paired_gain gain;  ///< `p_value` and `significant` are corrected for the number of domains; the interval is its own
};

/// What a merge gains over a reference in each domain, and in which of them it is a gain or a loss.
///
/// The more domains there are, the more often one of them differs by chance. So p-values are corrected (core/holm.hpp):
/// one or more of the claims is false no more often than `level`.
/// @param losses (documents), of the merge, in the domains' order
/// @param reference (documents), in the same order
/// @param domains of the documents, of any weights; none: there are no gains
/// @param level how often one claim or more is false; and how often each interval alone leaves out the truth
/// @returns (domains); those of a single document are never significant
/// @throws input_error when the numbers of documents differ, and as `check` of domains
inline std::vector<domain_gain> domain_gains(std::span<const double> losses, std::span<const double> reference,
                                             const document_domains& domains, double level = 0.05) {
    check(domains, losses.size());
    if (!domains.empty()) check(domains, reference.size());
    std::vector<domain_gain> gains;
    std::vector<double> p_values;  // (testable domains)
    std::size_t first = 0;
    for_each_domain(domains, losses, [&](const document_domain& domain, std::span<const double> part) {
        gains.push_back({domain.name, gain_over(part, reference.subspan(first, part.size()), level)});
        first += part.size();
        if (gains.back().gain.testable()) p_values.push_back(gains.back().gain.p_value);
    });
    const std::vector<double> corrected = holm_corrected(p_values);
    std::size_t next = 0;
    for (auto& [name, gain] : gains) {
        if (!gain.testable()) continue;
        gain.p_value = corrected[next++];
        gain.significant = gain.p_value < level;
    }
    return gains;
}

}  // namespace bouillon
