// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/search/history.hpp>
#include <bouillon/search/paired.hpp>
#include <bouillon/search/recommendation.hpp>

#include "choices/any_space.hpp"
#include "report/posterior_slice.hpp"
#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace bouillon {
class journal_file;
struct loss_changes;
struct search_options;
}  // namespace bouillon
class any_acquisition;
class any_kernel;
struct acquisition_choice;
struct kernel_choice;
struct stopping_options;

/// What a search is made of.
struct search_parts {
    any_space space;
    const kernel_choice* kernel;
    const acquisition_choice* acquisition;
};

/// Where a search is written down.
struct search_journal {
    std::shared_ptr<bouillon::journal_file> file;
    const nlohmann::ordered_json& settings;  // the program's own
};

/// The search behind all choices of space, kernel and acquisition, with a journal if one is asked for. It is compiled
/// in one unit, which knows no checkpoints; the rest of the program knows no surrogate.
class running_search {
 public:
    /// @throws input_error for a space or options that no search can use
    running_search(const search_parts& parts, const bouillon::search_options& options);
    /// @throws input_error for a journal that cannot be used, too
    running_search(const search_parts& parts, const bouillon::search_options& options, const search_journal& journal);
    /// The same of a kernel and an acquisition that are in no table.
    /// @param journal null: none
    running_search(const any_space& space, const bouillon::search_options& options, any_acquisition acquisition,
                   any_kernel kernel, const search_journal* journal);
    running_search(running_search&&) noexcept;
    running_search& operator=(running_search&&) noexcept;
    ~running_search();

    // As bouillon::bayesian_search has them.
    bool done() const;
    bouillon::trial suggest();
    bouillon::trial repeat(const bouillon::named_trial& earlier);
    void restore(const bouillon::trial& recorded);
    void observe(const bouillon::named_trial& ended, double loss,
                 double variance = std::numeric_limits<double>::quiet_NaN());
    void observe(const bouillon::named_trial& ended, std::span<const double> document_losses);
    void observe(const bouillon::named_trial& ended, const bouillon::loss_estimate& loss,
                 std::span<const double> document_losses);
    void observe(const bouillon::named_trial& ended, const bouillon::loss_estimate& loss,
                 std::span<const bouillon::loss_estimate> guard_losses, std::span<const double> document_losses);
    void fail(const bouillon::named_trial& ended, std::string reason);
    void abandon(const bouillon::named_trial& ended, std::string reason);
    void extend(std::size_t trials);
    bouillon::recommendation recommendation() const;
    const bouillon::history& history() const;
    const bouillon::search_options& options() const;

    /// Trials that had ended before this run began.
    std::size_t resumed() const;
    /// How the losses that it was made with differ from the journal's, which stand. Only with a journal.
    const bouillon::loss_changes& changed_losses() const;
    /// Trials of the journal that would be suggested elsewhere now.
    std::size_t suggested_otherwise() const;

    /// What is believed of the loss, as it was observed.
    /// @param points (m, d), the user's coordinates
    /// @returns (m), mean and variance
    /// @throws input_error for a point of the wrong dimension or outside the space
    std::vector<bouillon::loss_estimate> believed_losses(std::span<const double> points) const;

    /// What is believed of the gain along each coordinate, through the recommendation.
    /// @param newest_loss of the newest checkpoint where the search is told losses; 0 where it is told differences to
    /// it
    /// @param names (d), of the coordinates
    std::vector<posterior_slice> slices(double newest_loss, const std::vector<std::string>& names) const;

    /// The name of the option that lets no further trial begin, without its dashes; empty where another may.
    /// @param stopping what the user asked for
    /// @param newest_loss as for `slices`
    std::string stopped_by(const stopping_options& stopping, double newest_loss) const;

 private:
    class state;
    std::unique_ptr<state> state_;
};
