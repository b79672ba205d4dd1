// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/in_quotes.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/search/document_domains.hpp>
#include <bouillon/search/paired.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace bouillon {

/// A domain on which a merge may not lose more than so much against the reference, the newest checkpoint.
struct domain_guard {
    std::string domain;       ///< by its name
    double allowed_loss = 0;  ///< nats per token: the largest mean difference of the merge's loss to the reference's

    bool operator==(const domain_guard&) const = default;
};

/// Refuses guards that watch nothing.
///
/// @param guards in any order
/// @param domains of the documents
/// @throws input_error naming the guard
inline void check(const std::vector<domain_guard>& guards, const document_domains& domains) {
    std::set<std::string> names;
    for (const auto& [domain, allowed_loss] : guards) {
        const std::string guard = "guard " + in_quotes(domain);
        if (!names.insert(domain).second) throw input_error(guard + " is there twice");
        if (!(allowed_loss >= 0) || std::isinf(allowed_loss))
            throw input_error(guard + " allows a loss of " + to_string(allowed_loss) +
                              ", but that must be 0 or more, and finite");
        if (std::ranges::find(domains, domain, &document_domain::name) != domains.end()) continue;
        std::string all;
        for (const auto& each : domains) all += (all.empty() ? "" : ", ") + in_quotes(each.name);
        throw input_error(guard + " is of no domain: " + (all.empty() ? "there are none" : "these are " + all));
    }
}

/// What a model loses on the domain of each guard: the mean difference to a reference model's losses there.
///
/// @param guards that `check` accepts
/// @param domains in the order of the documents
/// @param losses (documents), nats per token
/// @param reference (documents), nats per token, in the same order
/// @returns (guards); the variance is NaN for a domain of one document
/// @throws input_error as `check` of either, and when the numbers of documents differ
inline std::vector<loss_estimate> guard_losses(const std::vector<domain_guard>& guards, const document_domains& domains,
                                               std::span<const double> losses, std::span<const double> reference) {
    check(guards, domains);
    const std::vector<double> differences = paired_differences(losses, reference);
    check(domains, differences.size());
    std::vector<loss_estimate> estimates(guards.size());
    for_each_domain(domains, std::span(differences), [&](const document_domain& domain, std::span<const double> part) {
        for (std::size_t g = 0; g < guards.size(); ++g)
            if (guards[g].domain == domain.name) estimates[g] = mean_loss(part);
    });
    return estimates;
}

}  // namespace bouillon
