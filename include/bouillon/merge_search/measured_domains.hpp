// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/merge_search/evaluator.hpp>
#include <bouillon/search/document_domains.hpp>
#include <bouillon/search/domain_guard.hpp>

#include <vector>

namespace bouillon {

/// The domains of the documents that merges are measured on: in both sets the same ones with the same weights; none:
/// all documents are of one.
struct measured_domains {
    document_domains search = {}, test = {};  ///< of the search documents, and of those that judge
    std::vector<domain_guard> guards = {};    ///< what a merge may lose on some of them

    /// Those of a set of documents.
    const document_domains& operator[](document_set set) const { return set == document_set::search ? search : test; }
};

}  // namespace bouillon
