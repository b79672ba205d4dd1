// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/merge_search/evaluator.hpp>
#include <bouillon/score/held_out.hpp>

#include <cstddef>
#include <span>

namespace bouillon::detail {

/// The documents that an evaluator measures merges on.
struct document_sets {
    held_out_documents search, test;  ///< those of the verdict may be none

    const held_out_documents& operator[](document_set set) const { return set == document_set::search ? search : test; }

    /// Some of the search documents, in the order in which they are named.
    held_out_documents some(std::span<const std::size_t> documents) const { return search.select(documents); }
};

}  // namespace bouillon::detail
