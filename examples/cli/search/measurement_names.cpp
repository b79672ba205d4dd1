// SPDX-License-Identifier: Apache-2.0
#include "search/measurement_names.hpp"

#include <bouillon/core/to_string.hpp>
#include <bouillon/search/history.hpp>

#include "search/running_search.hpp"

#include <algorithm>
#include <string>

bouillon::merge_name measurement_names::operator()(std::span<const double> merge_weights) {
    const auto is_this = [&](const bouillon::record& one) {
        return one.observation.status == bouillon::trial_status::pending &&
               std::ranges::equal(one.trial.merge_weights, merge_weights);
    };
    if (search_)
        for (const auto& one : search_->history().records())
            if (is_this(one)) {
                const std::size_t number = earlier_ + one.trial.ticket;
                return {"trial-" + bouillon::to_string(number), number};
            }
    const bool newest = merge_weights.back() == 1 && std::ranges::all_of(merge_weights.first(merge_weights.size() - 1),
                                                                         [](double weight) { return weight == 0; });
    if (newest) return {"newest", {}};
    return {"baseline-" + bouillon::to_string(others_++), {}};
}
