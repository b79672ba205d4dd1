// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/search/paired.hpp>

#include <cstddef>
#include <limits>
#include <string>
#include <vector>

namespace bouillon {

/// One suggestion of a search: evaluate `point`, or merge with `merge_weights`, and tell the loss.
struct trial {
    std::size_t ticket = 0;                  ///< names the trial; counts up from 0 in the order of suggestion
    std::vector<double> unit_point = {};     ///< (d), what the surrogate sees
    std::vector<double> point = {};          ///< (d), the user's coordinates
    std::vector<double> merge_weights = {};  ///< (checkpoints), newest last; empty where the space is not for merging
};

/// A trial as a caller names it: as it was suggested, or by its ticket alone, for whoever keeps no trials (a server
/// whose workers answer with numbers).
struct named_trial {
    std::size_t ticket;                ///< of the trial
    const trial* suggested = nullptr;  ///< null where the ticket is all; outlives this

    /// As it was suggested.
    named_trial(const trial& as_suggested) : ticket(as_suggested.ticket), suggested(&as_suggested) {}
    /// By its ticket alone.
    named_trial(std::size_t by_ticket) : ticket(by_ticket) {}
};

/// A trial that failed is learned from, as worse than the worst; one that was abandoned (its worker died, say) teaches
/// nothing.
enum class trial_status { pending, observed, failed, abandoned };

/// What became of a trial.
struct observation {
    trial_status status = trial_status::pending;                 ///< whether it has ended, and how
    double loss = std::numeric_limits<double>::quiet_NaN();      ///< lower is better; NaN unless observed
    double variance = std::numeric_limits<double>::quiet_NaN();  ///< of the loss, its unit squared; NaN when not known
    std::string reason = {};                                     ///< why it failed or was abandoned
    std::vector<double> document_losses = {};  ///< (scored), where the loss was told by documents: all of them in their
                                               ///< order, or, of a race, the first in the race's
    std::vector<loss_estimate> guard_losses = {};  ///< (guards), of each guard's domain, the reference's subtracted
};

/// A loss known before the search begins, such as the newest checkpoint's.
///
/// It costs no trial.
struct known_observation {
    std::vector<double> point = {};  ///< (d), the user's coordinates
    double loss = 0;                 ///< on the scale of observed losses
    double variance = 0;             ///< NaN when not known
    /// (guards), of each guard's domain, the reference's subtracted. Empty: not known, but of the reference itself,
    /// whose loss and variance are 0, 0 for all.
    std::vector<loss_estimate> guard_losses = {};
};

}  // namespace bouillon
