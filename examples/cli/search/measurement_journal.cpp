// SPDX-License-Identifier: Apache-2.0
#include "search/measurement_journal.hpp"

#include <bouillon/core/error.hpp>
#include <bouillon/core/json_problem.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/merge_search/measurement_event.hpp>
#include <bouillon/search/journal_file.hpp>
#include <bouillon/search/journal_header.hpp>
#include <bouillon/search/journal_json.hpp>

#include "report/json_output.hpp"
#include "search/journal_settings.hpp"
#include "search/merge_front.hpp"
#include "search/search_arguments.hpp"
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace {

using json = nlohmann::ordered_json;

/// What the header tells of the newest checkpoint's losses; nothing where it does not.
std::vector<double> newest_losses(const json& header) {
    if (const auto& reference = header.at("reference_losses"); !reference.empty()) return reference;
    const auto known = bouillon::known_of(header);
    return known.empty() ? std::vector<double>{} : std::vector<double>{known.front().loss};
}

/// The held-out sets that a header tells of.
bouillon::measured_domains domains_of(const json& header) {
    bouillon::measured_domains domains;
    if (!header.contains("domains")) return domains;
    for (const auto& one : header.at("domains"))
        domains.search.push_back({one.at("name"), one.at("documents"), one.at("weight"), one.at("scale")});
    const auto& settings = header.at("settings");
    if (!settings.contains("confirm")) return domains;
    for (auto domain : domains.search) {
        domain.documents = settings.at("confirm").at(domain.name);
        domains.test.push_back(domain);
    }
    return domains;
}

/// The budget that a search had last.
std::size_t budget_of(const std::vector<json>& events) {
    std::size_t budget = events.front().at("budget");
    for (const auto& event : events)
        if (event.at("event") == "budget") budget = event.at("budget");
    return budget;
}

}  // namespace

measurement_journal::measurement_journal(const search_arguments& arguments, std::vector<double> newest) {
    if (arguments.journal.empty()) return;
    const auto mode = arguments.resume ? bouillon::journal_mode::resume : bouillon::journal_mode::create;
    file_ = std::make_shared<bouillon::journal_file>(arguments.journal, mode);
    if (arguments.groups.any())
        groups_file_ = std::make_shared<bouillon::journal_file>(arguments.journal.string() + ".groups", mode);
    if (!file_->lines().empty()) read(arguments, newest);
}

std::vector<double> measurement_journal::front_merge(std::size_t number) const {
    if (!ended_) throw bouillon::input_error(name() + "--choose is of a front, which a search has once it has ended");
    if (number > front_.size())
        throw bouillon::input_error(name() + "--choose is " + bouillon::to_string(number) + ", but its front has " +
                                    bouillon::to_string(front_.size()) + " merges");
    return front_[number - 1];
}

std::string measurement_journal::name() const { return file_ ? file_->name() : std::string(); }

void measurement_journal::read(const search_arguments& arguments, const std::vector<double>& newest) try {
    resumed_ = true;
    earlier_ = bouillon::measurements_in(*file_);
    std::vector<json> events;
    for (const std::string& line : file_->lines()) {
        events.push_back(json::parse(line, nullptr, false));
        if (events.size() == 1) bouillon::check_journal_settings(events.front(), journal_settings(arguments), name());
    }
    has_newest_ = std::ranges::any_of(earlier_, [&](const auto& made) { return made.merge_weights == newest; });
    domains_ = domains_of(events.front());
    raced_ = events.front().at("settings").contains("racing");
    const std::size_t budget = budget_of(events);
    ended_ = events.back().at("event") == "result" && arguments.budget <= budget;
    if (ended_)
        for (const auto& merge : front_from(events.back()).merges) front_.push_back(merge.merge_weights);
    if (groups_file_ && !groups_file_->lines().empty() && arguments.budget > budget)
        throw bouillon::input_error(name() + "--budget is " + bouillon::to_string(budget) + " there, but " +
                                    bouillon::to_string(arguments.budget) +
                                    " here, and groups are searched around what it found already: only "
                                    "--group-budget can grow");
    if (auto losses = newest_losses(events.front()); !has_newest_ && !losses.empty())
        earlier_.push_back({newest, std::move(losses)});
} catch (const nlohmann::json::exception& problem) {
    throw bouillon::input_error(name() +
                                "it is not as `bouillon search` writes it: " + bouillon::json_problem(problem));
}

void measurement_journal::write(const bouillon::measurement& made) {
    if (!file_ || (trial_runs_ && made.test.empty())) return;
    auto line = bouillon::json_line(
        bouillon::to_event(trial_runs_ ? bouillon::measurement{made.merge_weights, {}, {}, made.test} : made));
    if (std::ranges::find(file_->lines(), line) != file_->lines().end()) return;  // of a trial that was cut off
    if (begun_)
        file_->append(std::move(line));
    else
        waiting_.push_back(std::move(line));
}

void measurement_journal::begin() {
    if (!file_ || std::exchange(begun_, true)) return;
    for (std::string& line : waiting_) file_->append(std::move(line));
    waiting_.clear();
}

void measurement_journal::end(const json& result) {
    if (auto line = bouillon::json_line(result); file_->last() != line) file_->append(std::move(line));
}
