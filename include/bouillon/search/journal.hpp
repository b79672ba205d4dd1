// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/search/bayesian_search.hpp>
#include <bouillon/search/journal_event.hpp>
#include <bouillon/search/journal_file.hpp>
#include <bouillon/search/journal_header.hpp>
#include <bouillon/search/journal_json.hpp>
#include <bouillon/search/loss_changes.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <deque>
#include <filesystem>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bouillon {

/// A search whose every step is written down, so that a killed one continues as if it had never stopped.
///
/// Its earlier calls are made again in their order, and trials that were out are handed out again, with the same ticket
/// and point, unless the caller ends them first. The first line holds the version of the format, what the search is
/// made of and its options, and the caller's settings (what is merged, scored and how, as JSON values); the others hold
/// one event each: "suggest", "repeat", "observe", "fail" or "abandon", and "budget" where it was given more trials. A
/// "result", with which a caller may end a journal, and what it "measured" are passed over.
/// @tparam Search a bayesian_search
template <class Search>
class journaled_search {
 public:
    /// Begins a journal, or continues from one. A file that is not there, or empty, is begun in either mode.
    ///
    /// A search that is continued has the first design, the reference losses and the losses of known points that the
    /// journal was begun with, whatever they are now (`changed_losses`), and may have a larger budget: it is extended
    /// once all that was recorded has been gone through.
    /// @param search that has suggested nothing yet
    /// @param file the journal
    /// @param settings a JSON object of what must be the same when the journal is taken up again; null for nothing
    /// @param mode whether the file may hold an earlier run
    /// @throws input_error when the journal cannot be used, is of another version, or was begun with other options or
    ///     settings: the message names the field and both values
    journaled_search(Search search, const std::filesystem::path& file, const nlohmann::ordered_json& settings,
                     journal_mode mode = journal_mode::create)
        : journaled_search(std::move(search), std::make_shared<journal_file>(file, mode), settings) {}

    /// The same with a file that the caller has opened, and may add lines to.
    journaled_search(Search search, std::shared_ptr<journal_file> file, const nlohmann::ordered_json& settings)
        : journal_(std::move(file)), events_(read_events()), search_(begin(std::move(search), settings)) {
        for (std::size_t i = 1; i < events_.size(); ++i)
            detail::use_line(journal_->name(), i + 1, [&] {
                if (!replay_event(search_, events_[i])) ++suggested_otherwise_;
            });
        for (const auto& [suggested, observed] : search_.history().records())
            if (observed.status == trial_status::pending) unfinished_.push_back(suggested);
        resumed_ = search_.history().size() - unfinished_.size();
        if (const std::size_t now = search_.options().budget; now < budget_) extend(budget_ - now);
        events_.clear();
    }

    /// Whether nothing is left to suggest: of the search, and of trials that an earlier run left out.
    bool done() const { return unfinished_.empty() && search_.done(); }

    /// So many trials more, as the search's own call.
    void extend(std::size_t trials) {
        const std::size_t before = search_.options().budget;
        search_.extend(trials);
        if (const std::size_t now = search_.options().budget; now != before)
            write({{"event", "budget"}, {"budget", detail::budget_json(now)}});
    }

    /// The next trial; first those that an earlier run handed out and did not end.
    trial suggest() {
        if (!unfinished_.empty()) {
            trial again = std::move(unfinished_.front());
            unfinished_.pop_front();
            return again;
        }
        trial next = search_.suggest();
        write({{"event", "suggest"},
               {"ticket", next.ticket},
               {"unit_point", next.unit_point},
               {"point", next.point},
               {"merge_weights", next.merge_weights}});
        return next;
    }

    /// A new trial at an earlier one's point.
    trial repeat(const named_trial& earlier) {
        trial next = search_.repeat(earlier);
        write({{"event", "repeat"}, {"ticket", next.ticket}, {"of", earlier.ticket}});
        return next;
    }

    /// Ends a trial with a loss, as the search's own call.
    void observe(const named_trial& ended, double loss, double variance = std::numeric_limits<double>::quiet_NaN()) {
        search_.observe(ended, loss, variance);
        write_end(ended.ticket);
    }

    /// Ends a trial with a loss for each document, nats per token.
    void observe(const named_trial& ended, std::span<const double> document_losses) {
        search_.observe(ended, document_losses);
        write_end(ended.ticket);
    }

    /// Ends a trial with an estimate that the caller made of the documents' losses.
    void observe(const named_trial& ended, const loss_estimate& loss, std::span<const double> document_losses) {
        search_.observe(ended, loss, document_losses);
        write_end(ended.ticket);
    }

    /// Ends a trial with estimates of its loss and of those on the guards' domains.
    void observe(const named_trial& ended, const loss_estimate& loss, std::span<const loss_estimate> guard_losses,
                 std::span<const double> document_losses) {
        search_.observe(ended, loss, guard_losses, document_losses);
        write_end(ended.ticket);
    }

    /// Ends a trial without a loss.
    void fail(const named_trial& ended, std::string reason = {}) {
        search_.fail(ended, std::move(reason));
        write_end(ended.ticket);
    }

    /// Ends a trial as if it had never been.
    void abandon(const named_trial& ended, std::string reason = {}) {
        search_.abandon(ended, std::move(reason));
        write_end(ended.ticket);
    }

    /// The search's own.
    bouillon::recommendation recommendation() const { return search_.recommendation(); }
    /// The search's own.
    auto belief() const { return search_.belief(); }
    /// All trials, by ticket.
    const bouillon::history& history() const { return search_.history(); }
    /// With the budget as it was extended.
    const search_options& options() const { return search_.options(); }
    /// Where it looks.
    const auto& space() const { return search_.space(); }
    /// What is written down.
    const Search& search() const { return search_; }

    /// Trials that had ended before this run began.
    std::size_t resumed() const { return resumed_; }

    /// How the reference losses and the losses of known points that this search was made with differ from those of the
    /// journal, which stand.
    const loss_changes& changed_losses() const { return changed_losses_; }

    /// Trials in the journal that this search would have suggested elsewhere.
    ///
    /// They stand, but where there are any, the journal is from another machine or version, or from a search with other
    /// numbers in its kernel, acquisition, space, surrogate or maximisation, which the first line does not hold.
    std::size_t suggested_otherwise() const { return suggested_otherwise_; }

 private:
    /// The journal's lines.
    std::vector<nlohmann::ordered_json> read_events() const {
        std::vector<nlohmann::ordered_json> events;
        for (const std::string& line : journal_->lines())
            detail::use_line(journal_->name(), events.size() + 1, [&] { events.push_back(detail::parse_event(line)); });
        return events;
    }

    /// Writes the first line, or checks it; gives the search as it was begun by that.
    Search begin(Search search, const nlohmann::ordered_json& settings) {
        budget_ = search.options().budget;
        const nlohmann::ordered_json header = journal_header(search, settings);
        const auto begun_with = [&](const search_options& options) {
            return Search(search.space(), options, search.acquisition_used(), search.kernel_used());
        };
        if (events_.empty()) {
            write(header);
            return begun_with(search.options());  // it may have been extended, which its first design does not show
        }
        nlohmann::ordered_json written = events_.front();
        for (std::size_t i = 1; i < events_.size(); ++i)
            detail::use_line(journal_->name(), i + 1, [&] {
                if (events_[i].at("event") == "budget") written["budget"] = events_[i].at("budget");
            });
        try {
            check_journal_header(written, header, journal_->name());
            changed_losses_ = changes_since(written, search.options());
            return begun_with(as_begun(search.options(), events_.front()));
        } catch (const nlohmann::json::exception& problem) {
            throw input_error(journal_->name() + "it is not as a search writes it: " + json_problem(problem));
        }
    }

    void write(const nlohmann::ordered_json& event) { journal_->append(json_line(event)); }

    void write_end(std::size_t ticket) {
        std::erase_if(unfinished_, [&](const trial& unfinished) { return unfinished.ticket == ticket; });
        const observation& ended = search_.history()[ticket].observation;
        if (ended.status != trial_status::observed)
            return write({{"event", ended.status == trial_status::failed ? "fail" : "abandon"},
                          {"ticket", ticket},
                          {"reason", ended.reason}});
        nlohmann::ordered_json event = {// a variance that is not a number becomes null
                                        {"event", "observe"},
                                        {"ticket", ticket},
                                        {"loss", ended.loss},
                                        {"variance", ended.variance}};
        if (!ended.document_losses.empty()) {
            event["documents"] = ended.document_losses.size();
            event["losses"] = ended.document_losses;
        }
        if (!ended.guard_losses.empty()) event["guards"] = detail::estimates_json(ended.guard_losses);
        write(event);
    }

    std::shared_ptr<journal_file> journal_;
    std::vector<nlohmann::ordered_json> events_;  // while they are read
    loss_changes changed_losses_;
    std::size_t budget_ = 0;  // that the search was made with
    Search search_;
    std::deque<trial> unfinished_;  // out when the earlier run stopped: handed out again unless the caller ends them
    std::size_t resumed_ = 0;
    std::size_t suggested_otherwise_ = 0;
};

}  // namespace bouillon
