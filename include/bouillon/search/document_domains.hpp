// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/in_quotes.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/search/paired.hpp>

#include <cmath>
#include <cstddef>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace bouillon {

/// Documents of one kind, such as web text or code, that stand one after another among all documents.
struct document_domain {
    std::string name;       ///< by which people call it, unlike any other
    std::size_t documents;  ///< how many, 1 or more
    double weight = 1;      ///< of its mean loss in the objective; 0: it is only watched
    double scale = 1;       ///< that its losses are divided by in the objective, for domains of different units

    /// What its mean loss is multiplied by in the objective, before the sum is divided by all weights.
    double factor() const { return weight / scale; }

    bool operator==(const document_domain&) const = default;
};

/// Domains one after another, as the losses of their documents stand; none: all documents are of one.
using document_domains = std::vector<document_domain>;

/// Refuses domains that no mean can be taken over.
///
/// @param domains in the order of the documents
/// @param documents there are in all
/// @throws input_error naming the domain
inline void check(const document_domains& domains, std::size_t documents) {
    if (domains.empty()) return;
    std::set<std::string> names;
    double weights = 0;
    std::size_t held = 0;
    for (const auto& [name, size, weight, scale] : domains) {
        const std::string domain = "domain " + in_quotes(name);
        if (!names.insert(name).second) throw input_error(domain + " is there twice");
        if (size == 0) throw input_error(domain + " has no documents");
        if (!(weight >= 0) || std::isinf(weight))
            throw input_error(domain + " has the weight " + to_string(weight) +
                              ", but it must be 0 or more, and finite");
        if (!(scale > 0) || std::isinf(scale))
            throw input_error(domain + " has the scale " + to_string(scale) + ": a finite one above 0 is needed");
        weights += weight;
        held += size;
    }
    if (weights == 0) throw input_error("all domains have the weight 0");
    if (held != documents)
        throw input_error("the domains have " + to_string(held) + " documents, but there are " + to_string(documents));
}

/// Calls a function with each domain and the part of some values that belongs to it.
///
/// @param domains in the order of the values
/// @param values (documents), as many as the domains have
/// @param function called as function(domain, part), part (domain.documents)
template <class Value, class Function>
void for_each_domain(const document_domains& domains, std::span<Value> values, const Function& function) {
    std::size_t first = 0;
    for (const auto& domain : domains) {
        function(domain, values.subspan(first, domain.documents));
        first += domain.documents;
    }
}

/// The weighted mean of the domains' mean losses, and the variance of that mean.
///
///     mean = sum_s (w_s / c_s) m_s / sum_s w_s,   variance = sum_s (w_s / c_s)^2 v_s / (sum_s w_s)^2
///
/// with m_s and v_s a domain's as `mean_loss` has them, w_s its weight and c_s its scale. It is the stratified
/// estimate: that a domain's documents differ from another's adds nothing to its variance, as it would if all documents
/// were alike.
/// @param losses (documents), in the domains' order
/// @param domains none: as `mean_loss` of the losses
/// @returns the variance is NaN where a domain of weight has fewer than two documents
/// @throws input_error as `check`, and when there are no losses
inline loss_estimate mean_loss(std::span<const double> losses, const document_domains& domains) {
    check(domains, losses.size());
    if (domains.empty()) return mean_loss(losses);
    double weights = 0;
    loss_estimate sum;
    for_each_domain(domains, losses, [&](const document_domain& domain, std::span<const double> part) {
        if (domain.weight == 0) return;
        const auto own = mean_loss(part);
        weights += domain.weight;
        sum.mean += domain.factor() * own.mean;
        sum.variance += domain.factor() * domain.factor() * own.variance;
    });
    return {sum.mean / weights, sum.variance / (weights * weights)};
}

/// The mean loss of each domain, and its variance.
/// @param losses (documents), in the domains' order
/// @param domains of them
/// @returns (domains), each in its own unit
/// @throws input_error as `check`
inline std::vector<loss_estimate> domain_losses(std::span<const double> losses, const document_domains& domains) {
    check(domains, losses.size());
    std::vector<loss_estimate> means;
    for_each_domain(domains, losses,
                    [&](const document_domain&, std::span<const double> part) { means.push_back(mean_loss(part)); });
    return means;
}

/// The same of the differences to a reference model's losses on the same documents.
///
/// @param losses (documents), in the domains' order
/// @param reference (documents), in the same order
/// @param domains none: as `paired_difference` of the losses
/// @throws input_error as `check`, and when the numbers of documents differ
inline loss_estimate paired_difference(std::span<const double> losses, std::span<const double> reference,
                                       const document_domains& domains) {
    return mean_loss(paired_differences(losses, reference), domains);
}

}  // namespace bouillon
