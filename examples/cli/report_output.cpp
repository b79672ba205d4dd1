// SPDX-License-Identifier: Apache-2.0
#include "report_output.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <span>

namespace {

using json = nlohmann::ordered_json;

std::string one_line(const json& object) { return object.dump(-1, ' ', false, json::error_handler_t::replace); }

/// printf into a string.
[[gnu::format(printf, 1, 2)]] std::string print(const char* format, ...) {
    char text[512];
    std::va_list arguments;
    va_start(arguments, format);
    std::vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return text;
}

std::string pad(const std::string& text, std::size_t width) {
    return text + std::string(std::max(width, text.size()) - text.size(), ' ');
}

std::string with_error(const bouillon::loss_estimate& loss) {
    if (std::isnan(loss.variance)) return print("%.4f", loss.mean);
    return print("%.4f (%.4f)", loss.mean, loss.standard_error());
}

std::string gain_text(const bouillon::paired_gain& gain) {
    if (!gain.testable()) return print("%+.4f", gain.gain);
    return print("%+.4f (%.4f)", gain.gain, gain.standard_error);
}

const char* significance(const bouillon::paired_gain& gain) {
    if (!gain.testable()) return "unknown";
    return gain.significant ? "yes" : "no";
}

const char* documents_name(bouillon::gain_documents set) {
    if (set == bouillon::gain_documents::test) return "test";
    return set == bouillon::gain_documents::confirm ? "confirm" : "search";
}

/// The weights of group g, or of all tensors.
std::span<const double> row_of(std::span<const double> merge_weights, std::size_t g, const merge_weight_names& names) {
    return merge_weights.subspan(g * names.checkpoints.size(), names.checkpoints.size());
}

/// Weights of all tensors alike; or null, and those of each group beside.
void add_weights(json& object, const std::vector<double>& merge_weights, const merge_weight_names& names) {
    if (merge_weights.size() <= names.checkpoints.size()) {
        object["merge_weights"] = merge_weights;
        return;
    }
    object["merge_weights"] = nullptr;
    for (std::size_t g = 0; g < names.groups.size(); ++g)
        object["group_merge_weights"][names.groups[g]] = row_of(merge_weights, g, names);
}

/// " CHECKPOINT:WEIGHT" for each.
std::string weights_text(std::span<const double> merge_weights, const merge_weight_names& names) {
    std::string text;
    for (std::size_t k = 0; k < names.checkpoints.size(); ++k)
        text += ' ' + names.checkpoints[k] + print(":%.6g", merge_weights[k]);
    return text;
}

std::string found_text(const std::vector<double>& merge_weights, const merge_weight_names& names) {
    if (merge_weights.size() == names.checkpoints.size())
        return "\nFound merge:" + weights_text(merge_weights, names) + '\n';
    std::string text = "\nFound merge, by groups of tensors:\n";
    for (std::size_t g = 0; g < names.groups.size(); ++g)
        text += "  " + names.groups[g] + ':' + weights_text(row_of(merge_weights, g, names), names) + '\n';
    return text;
}

}  // namespace

std::string decision_text(const bouillon::merge_report& report, const std::string& newest) {
    const auto& gain = report.found().gain;
    if (!gain.testable())
        return print(
            "Decision: %s. It measures %+.4f better than %s; one number a merge cannot tell if that is significant.",
            report.merge() ? "use the found merge" : "keep the newest", gain.gain, newest.c_str());
    if (bouillon::single_checkpoint(report.found().merge_weights) == report.found().merge_weights.size() - 1)
        return "Decision: keep the newest. No merge that was tried promises more than " + newest + " alone.";
    std::string where = print("%zu %s documents", gain.documents, documents_name(report.gains_on));
    if (!report.honest()) where += ", by which the merge was chosen: it is less in truth";
    const std::string figure = print("%+.4f nats per token (%.3g %% interval %+.4f to %+.4f) over %s on %s", gain.gain,
                                     100 * (1 - gain.level), gain.lower(), gain.upper(), newest.c_str(), where.c_str());
    if (report.merge()) return "Decision: use the found merge. Its gain is significant: " + figure + ".";
    if (gain.significant) return "Decision: keep the newest. The found merge is significantly worse: " + figure + ".";
    return "Decision: keep the newest. The found merge has no significant gain: " + figure + ".";
}

std::string trial_json(const bouillon::trial_event& event, std::size_t earlier, std::span<const double> newest_losses,
                       const merge_weight_names& names) {
    json object = {{"event", "trial"},
                   {"trial", earlier + event.trial.ticket},
                   {"merge_weights", nullptr},
                   {"loss", nullptr},
                   {"standard_error", nullptr},
                   {"gain", nullptr},
                   {"gain_standard_error", nullptr},
                   {"seconds",
                    {{"suggest", event.seconds.suggest},
                     {"merge", event.seconds.merge},
                     {"score", event.seconds.score},
                     {"observe", event.seconds.observe}}}};
    add_weights(object, event.trial.merge_weights, names);
    if (event.observation.status == bouillon::trial_status::failed) {
        object["failed"] = event.observation.reason;
        return one_line(object);
    }
    const auto loss = bouillon::mean_loss(event.losses);
    const auto gain = bouillon::gain_over(event.losses, newest_losses);
    object["loss"] = loss.mean;
    object["standard_error"] = loss.standard_error();
    object["gain"] = gain.gain;
    object["gain_standard_error"] = std::sqrt(event.observation.variance);  // with that of documents not scored
    object["documents"] = event.documents;
    return one_line(object);
}

std::string result_json(const bouillon::merge_report& report, const bouillon::recommendation& recommendation,
                        const merge_weight_names& names, const std::string& stopped_by) {
    json rows = json::array();
    for (const auto& row : report.rows) {
        const auto& test = row.test;
        const json significant = row.gain.testable() ? json(row.gain.significant) : json(nullptr);
        rows.push_back({{"name", row.name},
                        {"merge_weights", nullptr},
                        {"search_loss", row.search.mean},
                        {"search_standard_error", row.search.standard_error()},
                        {"test_loss", test ? json(test->mean) : json(nullptr)},
                        {"test_standard_error", test ? json(test->standard_error()) : json(nullptr)},
                        {"gain", row.gain.gain},
                        {"gain_standard_error", row.gain.standard_error},
                        {"gain_interval", {row.gain.lower(), row.gain.upper()}},
                        {"significant", significant},
                        {"search_gain", row.search_gain.gain},
                        {"search_gain_standard_error", row.search_gain.standard_error}});
        add_weights(rows.back(), row.merge_weights, names);
    }
    json warnings = json::array();
    for (const auto& warning : report.warnings) warnings.push_back({{"kind", warning.kind}, {"text", warning.text}});
    const json ticket = recommendation.ticket ? json(*recommendation.ticket) : json(nullptr);
    json recommended = {{"merge_weights", nullptr},
                        {"posterior_loss", recommendation.loss},
                        {"posterior_standard_error", recommendation.standard_error},
                        {"trial", ticket}};
    add_weights(recommended, recommendation.merge_weights, names);
    return one_line({{"event", "result"},
                     {"checkpoints", names.checkpoints},
                     {"rows", rows},
                     {"recommendation", recommended},
                     {"stopped_by", stopped_by},
                     {"gains_on", documents_name(report.gains_on)},
                     {"gain_documents", report.found().gain.documents},
                     {"warnings", warnings},
                     {"decision", report.merge() ? "merge" : "keep newest"}});
}

std::string result_text(const bouillon::merge_report& report, const merge_weight_names& names) {
    std::vector<std::vector<std::string>> cells = {{"merge", "search loss (se)",
                                                    std::string(documents_name(report.gains_on)) + " loss (se)",
                                                    "gain over newest (se)", "significant at 95 %"}};
    if (!report.honest()) cells[0].erase(cells[0].begin() + 2);
    for (const auto& row : report.rows) {
        std::vector<std::string> line = {row.name, with_error(row.search)};
        if (report.honest()) line.push_back(with_error(*row.test));
        const bool newest = &row == &report.rows.front();
        line.push_back(newest ? "-" : gain_text(row.gain));
        line.push_back(newest ? "-" : significance(row.gain));
        cells.push_back(line);
    }
    std::string text;
    for (const auto& line : cells) {
        for (std::size_t column = 0; column + 1 < line.size(); ++column) {
            std::size_t width = 0;
            for (const auto& other : cells) width = std::max(width, other[column].size());
            text += pad(line[column], width + 2);
        }
        text += line.back() + '\n';
    }
    text += found_text(report.found().merge_weights, names) + decision_text(report, names.checkpoints.back()) + '\n';
    for (const auto& warning : report.warnings) text += "Warning: " + warning.text + ".\n";
    return text;
}
