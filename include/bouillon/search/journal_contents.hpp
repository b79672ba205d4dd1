// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/search/history.hpp>
#include <bouillon/search/journal_event.hpp>
#include <bouillon/search/journal_header.hpp>
#include <bouillon/search/journal_json.hpp>
#include <bouillon/search/search_options.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace bouillon {

/// What a journal tells of its search, which may still be running.
struct journal_contents {
    nlohmann::ordered_json header;                 ///< its first line, with the budget that the search has now
    bouillon::history trials;                      ///< those that are out are pending
    std::optional<nlohmann::ordered_json> result;  ///< with which its caller ended it; nothing where a trial came after
};

namespace detail {

/// What replays a journal without a search of its own: every trial was suggested where it stands.
struct replayed_trials {
    bouillon::history trials = {};
    search_options used = {};  // the budget of them alone

    const bouillon::history& history() const { return trials; }
    const search_options& options() const { return used; }
    void extend(std::size_t more) { used.budget += more; }
    bool replay(trial recorded) {
        if (recorded.ticket != trials.size())
            throw input_error("trial " + to_string(recorded.ticket) + " is suggested where trial " +
                              to_string(trials.size()) + " is next");
        trials.suggest(std::move(recorded));
        return true;
    }
    trial repeat(const trial& earlier) {
        trial again = trials.find(earlier).trial;
        again.ticket = trials.size();
        trials.suggest(again);
        return again;
    }
    void observe(const trial& ended, const loss_estimate& loss, std::span<const loss_estimate> guard_losses,
                 std::span<const double> document_losses) {
        trials.observe(ended, loss.mean, loss.variance, document_losses, {guard_losses.begin(), guard_losses.end()});
    }
    void fail(const trial& ended, std::string reason) { trials.fail(ended, std::move(reason)); }
    void abandon(const trial& ended, std::string reason) { trials.abandon(ended, std::move(reason)); }
};

}  // namespace detail

/// Reads a journal and leaves it as it is; another process may be writing it.
///
/// A last line without its end is left out.
/// @throws input_error, with the line's number, where there is no journal that this version can read
inline journal_contents read_journal(const std::filesystem::path& path) {
    const std::string name = "journal " + path.string() + ": ";
    std::ifstream stream(path, std::ios::binary);
    if (!stream || std::filesystem::is_directory(path)) throw input_error(name + "cannot be read");
    journal_contents contents;
    detail::replayed_trials replayed;
    std::size_t number = 0;
    for (std::string line; std::getline(stream, line) && !stream.eof();)
        detail::use_line(name, ++number, [&] {
            auto event = detail::parse_event(line);
            contents.result.reset();
            if (number == 1) {
                check_journal_version(event, "");
                replayed.used.budget = detail::budget_of(event.at("budget"));
                contents.header = std::move(event);
                return;
            }
            replay_event(replayed, event);
            if (event.at("event") == "budget") contents.header["budget"] = event.at("budget");
            if (event.at("event") == "result") contents.result = std::move(event);
        });
    if (number == 0) throw input_error(name + "it is empty");
    contents.trials = std::move(replayed.trials);
    return contents;
}

}  // namespace bouillon
