// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/random.hpp>
#include <bouillon/search/document_domains.hpp>
#include <bouillon/search/domain_guard.hpp>
#include <bouillon/search/paired.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

namespace bouillon {

/// The documents in the order in which merges are scored on them.
struct document_order {
    std::vector<std::size_t> documents;  ///< (documents), all of them
    std::size_t least = 3;               ///< first ones without which nothing can be told
    std::size_t telling = 0;             ///< first ones that all that counts is told by; the others are watched only
};

namespace detail {

/// Documents of each domain that come first, so that its scatter shows.
inline constexpr std::size_t documents_of_scatter = 3;

/// What a domain's documents tell, w_s sd_s, with the scatter of the reference's losses in place of that of
/// differences, which nobody knows yet. One whose losses are all alike tells a twentieth of the others' most; one that
/// is guarded counts as if it had the mean weight of those that have one, at least.
/// @returns (domains); 0 for those without weight or guard
inline std::vector<double> telling_shares(const document_domains& domains, std::span<const double> reference,
                                          const std::vector<domain_guard>& guards) {
    std::vector<double> scatters;  // (domains)
    for_each_domain(domains, reference, [&](const document_domain& domain, std::span<const double> part) {
        const auto size = static_cast<double>(domain.documents);
        scatters.push_back(part.size() > 1 ? std::sqrt(mean_loss(part).variance * size) / domain.scale : 0);
    });
    const double most = std::ranges::max(scatters);
    double mean_weight = 0, weighted = 0;
    for (const auto& domain : domains) {
        mean_weight += domain.weight;
        weighted += domain.weight > 0 ? 1 : 0;
    }
    mean_weight /= weighted;
    std::vector<double> shares;
    for (std::size_t s = 0; s < domains.size(); ++s) {
        const bool guarded = std::ranges::find(guards, domains[s].name, &domain_guard::domain) != guards.end();
        const double weight = guarded ? std::max(domains[s].weight, mean_weight) : domains[s].weight;
        shares.push_back(weight * (most > 0 ? std::max(scatters[s], most / 20) : 1));
    }
    return shares;
}

}  // namespace detail

/// Draws an order whose first n documents tell most about a merge's mean loss, for any n.
///
/// Of one domain it is random. Several take turns, each with its documents in a random order, so that n documents have
/// about n w_s sd_s / sum_s w_s sd_s of one with the weight w_s and the scatter sd_s; three of each come first, and
/// domains without weight or guard last.
/// Reference: Neyman (1934), "On the two different aspects of the representative method"; Cochran (1977), "Sampling
/// techniques", section 5.5.
/// @param domains of the documents; none: all are of one
/// @param reference (documents), losses of the newest checkpoint, in the domains' order
/// @param engine that draws
/// @param guards of domains
/// @throws input_error as `check` of domains and of guards
inline document_order draw_document_order(const document_domains& domains, std::span<const double> reference,
                                          random_engine& engine, const std::vector<domain_guard>& guards = {}) {
    check(domains, reference.size());
    check(guards, domains);
    document_order order{std::vector<std::size_t>(reference.size())};
    std::iota(order.documents.begin(), order.documents.end(), std::size_t{0});
    order.telling = reference.size();
    if (domains.empty()) {
        shuffle(std::span(order.documents), engine);
        return order;
    }
    const auto shares = detail::telling_shares(domains, reference, guards);
    std::vector<double> turns(reference.size());  // (documents), when each comes: never of domains without weight
    std::size_t next = 0;
    order.least = order.telling = 0;
    for_each_domain(domains, std::span(order.documents), [&](const document_domain& domain, auto documents) {
        const double share = shares[next++];
        shuffle(documents, engine);
        for (std::size_t i = 0; i < documents.size(); ++i) {
            const bool shows_scatter = i < detail::documents_of_scatter;
            turns[documents[i]] = share == 0 ? std::numeric_limits<double>::infinity()
                                             : (shows_scatter ? 0 : static_cast<double>(i) / share);
        }
        if (share == 0) return;
        order.least += std::min(domain.documents, detail::documents_of_scatter);
        order.telling += domain.documents;
    });
    std::ranges::stable_sort(order.documents, {}, [&](std::size_t document) { return turns[document]; });
    return order;
}

}  // namespace bouillon
