// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/search/paired.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace bouillon {
class history;
}
struct merge_problem;

/// A merge that was tried, by what it gains in each held-out set.
struct set_gains {
    std::size_t trial = 0;                       // its number, from 1 on
    std::vector<double> merge_weights;           // (checkpoints) or (groups, checkpoints)
    std::vector<bouillon::loss_estimate> gains;  // (sets), over the newest checkpoint on the search documents
};

/// What was tried, where there are several held-out sets, and the front: the merges that no other beats, which would
/// be as good in every set and better in one.
struct merge_front {
    std::vector<std::string> sets;  // names; none of a single set
    std::vector<set_gains> merges;  // (tried), those on the front first, by their gain in the first set
    std::size_t size = 0;           // of the front

    std::span<const set_gains> front() const { return std::span(merges).first(size); }

    /// Takes in merges that were tried elsewhere.
    void add(const merge_front& others);
};

/// The front of a search.
/// @param trials of it
/// @param earlier trials of the searches before it, after which they are numbered
merge_front front_of(const merge_problem& problem, const bouillon::history& trials, std::size_t earlier);
