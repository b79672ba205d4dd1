// SPDX-License-Identifier: Apache-2.0
#include "search/reported_trial.hpp"

#include <bouillon/search/history.hpp>

#include <cmath>
#include <utility>

std::vector<reported_trial> reported_trials(const bouillon::history& history, double newest_loss, std::size_t earlier,
                                            const std::string& space) {
    using status = bouillon::trial_status;
    std::vector<reported_trial> trials;
    for (const auto& [suggested, observed] : history.records()) {
        if (observed.status != status::observed && observed.status != status::failed) continue;
        reported_trial trial{earlier + suggested.ticket + 1,   std::nullopt,    std::sqrt(observed.variance),
                             observed.document_losses.size(),  suggested.point, space,
                             observed.status == status::failed};
        if (!trial.failed && std::isfinite(newest_loss)) trial.gain = newest_loss - observed.loss;
        trials.push_back(std::move(trial));
    }
    return trials;
}
