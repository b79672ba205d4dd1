// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/merge_search/written_merges.hpp>

#include <cstddef>
#include <span>

class running_search;

/// What a merge is called for the command that measures it, in the names of logs too: "trial-7" by its number,
/// "newest", or "baseline-2" for the third of the others.
class measurement_names {
 public:
    /// From here on merges may be trials.
    /// @param search whose trials are out; null: none are
    /// @param earlier trials of the searches before this one
    void set_search(const running_search* search, std::size_t earlier) {
        search_ = search;
        earlier_ = earlier;
    }

    bouillon::merge_name operator()(std::span<const double> merge_weights);

 private:
    const running_search* search_ = nullptr;
    std::size_t earlier_ = 0, others_ = 0;
};
