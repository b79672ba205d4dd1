// SPDX-License-Identifier: Apache-2.0
#include "report/journal_page.hpp"

#include <bouillon/core/error.hpp>
#include <bouillon/core/json_problem.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/search/journal_contents.hpp>
#include <bouillon/search/journal_header.hpp>
#include <bouillon/search/journal_json.hpp>
#include <bouillon/search/search_options.hpp>

#include "report/json_output.hpp"
#include "report/page_json.hpp"
#include "report/report_output.hpp"
#include "search/journal_settings.hpp"
#include "search/running_search.hpp"

#include <cmath>
#include <filesystem>
#include <limits>
#include <optional>
#include <utility>

namespace {

using json = nlohmann::ordered_json;

/// The newest checkpoint's loss, which trials' losses are told against: 0 where these are differences to it already.
/// NaN where the journal does not tell it.
double newest_loss(const bouillon::journal_contents& journal) {
    const auto& header = journal.header;
    if (!header.at("reference_losses").empty()) return 0;
    if (!header.at("known").empty()) return header.at("known").front().at("loss");
    for (const auto& [suggested, observed] : journal.trials.records())
        if (observed.status == bouillon::trial_status::observed && !suggested.merge_weights.empty() &&
            suggested.merge_weights.back() == 1)
            return observed.loss;  // the paper's search spends a trial on it
    return std::numeric_limits<double>::quiet_NaN();
}

/// A search that has the trials of a journal, to say what they let believe; it suggests nothing.
running_search restore(const bouillon::journal_contents& journal, const search_arguments& arguments) {
    bouillon::search_options options;
    options.budget = bouillon::no_budget;  // nothing is suggested
    options.known = bouillon::known_of(journal.header);
    const any_space space = arguments.space->make(arguments.checkpoints.size(), arguments.bounds);
    running_search search({space, arguments.kernel, &default_acquisition()}, options);
    for (const auto& [suggested, ended] : journal.trials.records()) {
        search.restore(suggested);
        if (ended.status == bouillon::trial_status::observed)
            search.observe(suggested, {ended.loss, ended.variance}, ended.document_losses);
        else if (ended.status == bouillon::trial_status::failed)
            search.fail(suggested, ended.reason);
    }
    return search;
}

/// What the trials of a search that has not ended let believe; nothing where none has.
std::vector<posterior_slice> believed(const bouillon::journal_contents& journal, const search_arguments& arguments,
                                      const std::vector<std::string>& checkpoints) {
    const double newest = newest_loss(journal);
    const bool observed = journal.trials.count(bouillon::trial_status::observed) > 0;
    if (std::isnan(newest) || !observed || !arguments.space->coordinate_names) return {};
    return restore(journal, arguments).slices(newest, arguments.space->coordinate_names(checkpoints));
}

/// Checkpoints' names as their paths give them.
std::vector<std::string> checkpoint_names(const search_arguments& arguments) {
    std::vector<std::string> names;
    for (const auto& path : arguments.checkpoints) {
        const auto whole = path.lexically_normal();
        names.push_back((whole.has_filename() ? whole : whole.parent_path()).filename().string());
    }
    return names;
}

/// A setting as the page has it: text without quotes, a list's values one after another.
std::string setting_text(const json& value) {
    if (value.is_string()) return value.get<std::string>();
    if (!value.is_array()) return bouillon::json_line(value);
    std::string text;
    for (const auto& each : value) text += (text.empty() ? "" : ", ") + setting_text(each);
    return text;
}

void add_unfinished(const bouillon::journal_contents& journal, report_page& page) {
    const json& settings = journal.header.at("settings");
    const search_arguments arguments = arguments_from(settings);
    page.names.checkpoints = checkpoint_names(arguments);
    page.wording = wording_from(settings);
    page.decision =
        "Not decided: the search has not ended. " + bouillon::to_string(page.trials.size()) + " trials have ended.";
    for (const auto& [setting, value] : settings.items()) page.settings += setting + ": " + setting_text(value) + '\n';
    page.settings += "budget: " + journal.header.at("budget").dump() + "\nseed: " + journal.header.at("seed").dump();
    page.slices = believed(journal, arguments, page.names.checkpoints);
    page.slices_space = arguments.space->name;
}

void add_result(const json& result, report_page& page) {
    page.report = report_from(result);
    page.names = names_from(result);
    page.front = front_from(result);
    read_page_json(result.at("page"), page);
    page.decision = decision_text(page.report, page.names.checkpoints.back(), page.wording);
}

/// The journal of the groups of tensors that were searched after all of them alike, if it is of the same search.
std::optional<bouillon::journal_contents> journal_of_groups(const std::filesystem::path& path, const json& header) {
    const std::filesystem::path beside = path.string() + ".groups";
    if (!std::filesystem::exists(beside)) return std::nullopt;
    auto journal = bouillon::read_journal(beside);
    const json &settings = header.at("settings"), &others = journal.header.at("settings");
    for (const char* const field : {"checkpoints", "held_out", "score"})
        if (settings.value(field, json()) != others.value(field, json())) return std::nullopt;
    if (header.at("reference_losses") != journal.header.at("reference_losses")) return std::nullopt;
    return journal;
}

}  // namespace

journal_page page_of_journal(const std::filesystem::path& path) try {
    const auto journal = bouillon::read_journal(path);
    journal_page made;
    report_page& page = made.page;
    page.journal = path.string();
    const double newest = newest_loss(journal);
    page.trials = reported_trials(journal.trials, newest, 0, journal.header.at("settings").at("space"));
    const auto ended_after = [&](std::size_t trials) {
        return journal.result && journal.result->at("page").at("trials") == trials;
    };
    made.finished = ended_after(page.trials.size());
    if (const auto groups = journal_of_groups(path, journal.header); groups && !made.finished) {
        const auto more = reported_trials(groups->trials, newest, journal.trials.size(), std::string(space_of_groups));
        page.trials.insert(page.trials.end(), more.begin(), more.end());
        made.finished = ended_after(page.trials.size());
    }
    if (made.finished)
        add_result(*journal.result, page);
    else
        add_unfinished(journal, page);
    return made;
} catch (const nlohmann::json::exception& problem) {
    throw bouillon::input_error("journal " + path.string() +
                                ": it is not as `bouillon search` writes it: " + bouillon::json_problem(problem));
}
