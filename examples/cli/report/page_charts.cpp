// SPDX-License-Identifier: Apache-2.0
#include "report/page_charts.hpp"

#include <bouillon/core/to_string.hpp>

#include "printed.hpp"
#include "report/page_markup.hpp"
#include "report/svg_chart.hpp"

#include <algorithm>
#include <optional>
#include <vector>

namespace {

/// The baseline of the largest gain on the search documents, if it gains anything.
const bouillon::report_row* best_baseline(const report_page& page) {
    const bouillon::report_row* best = nullptr;
    for (std::size_t i = 0; i + 1 < page.report.rows.size(); ++i) {
        const auto& row = page.report.rows[i];
        if (row.search_gain.gain > (best ? best->search_gain.gain : 0)) best = &row;
    }
    return best;
}

/// The gains that the chart spans. One poor trial must not press the others together, so what lies farther below most
/// trials than three times the spread of these, and than noise can put it, is drawn at the edge.
svg_chart::range gains_shown(const report_page& page) {
    std::vector<double> gains, errors;  // (trials that have them)
    for (const auto& trial : page.trials)
        if (trial.gain) {
            gains.push_back(*trial.gain);
            errors.push_back(trial.standard_error > 0 ? trial.standard_error : 0);
        }
    std::ranges::sort(gains);
    std::ranges::sort(errors);
    const double quarter = gains[gains.size() / 4], upper_quarter = gains[3 * gains.size() / 4];
    const double fence = quarter - 3 * std::max(upper_quarter - quarter, errors.back());
    const double error = errors[errors.size() / 2];
    const double lowest = *std::ranges::find_if(gains, [&](double gain) { return gain >= fence; });
    const auto* const baseline = best_baseline(page);
    const double highest = std::max(gains.back(), baseline ? baseline->search_gain.gain : 0);
    return {std::min(0.0, lowest - error), std::max(0.0, highest + error)};
}

bool has_gains(const report_page& page) {
    return std::ranges::any_of(page.trials, [](const auto& trial) { return trial.gain.has_value(); });
}

}  // namespace

std::string trials_chart(const report_page& page) {
    if (!has_gains(page)) return "";
    svg_chart chart("trial", "gain over the newest, " + page.wording.gains,
                    {0, static_cast<double>(page.trials.back().number)}, gains_shown(page));
    const auto* const baseline = best_baseline(page);
    chart.horizontal(0, "newest", baseline ? svg_chart::side::below : svg_chart::side::above);
    if (baseline) chart.horizontal(baseline->search_gain.gain, baseline->name, svg_chart::side::above);
    std::vector<double> numbers, best;  // (trials with a gain): the best gain until then
    for (const auto& trial : page.trials)
        if (trial.gain) {
            numbers.push_back(static_cast<double>(trial.number));
            best.push_back(best.empty() ? *trial.gain : std::max(best.back(), *trial.gain));
        }
    chart.line(numbers, best, "best");
    for (const auto& trial : page.trials)
        if (trial.gain) chart.point(static_cast<double>(trial.number), *trial.gain, trial.standard_error, "trial");
    return "<figure class=\"wide\">" + chart.svg("gain against trial") + "</figure>\n";
}

std::string trials_note(const report_page& page) {
    std::size_t scored = 0, all = 0, failed = 0, below = 0;
    double lowest = 0;
    const double shown = has_gains(page) ? gains_shown(page).first : 0;
    for (const auto& trial : page.trials) {
        scored += trial.documents;
        all = std::max(all, trial.documents);
        failed += trial.failed;
        below += trial.gain && *trial.gain < shown;
        lowest = std::min(lowest, trial.gain.value_or(0));
    }
    const std::string& of = page.wording.of;
    std::string note = "Gain of each trial over the newest checkpoint on the search " + of +
                       ", with its standard error; the best so far; dashed: the newest checkpoint";
    note += best_baseline(page) ? " and the best baseline." : ".";
    if (below > 0)
        note += " Drawn at the lower edge, but below it: " + bouillon::to_string(below) + ", down to " +
                number(lowest) + ".";
    if (scored > 0)
        note += " Scored: " + bouillon::to_string(scored) + " " + of + " in " +
                bouillon::to_string(page.trials.size()) + " trials, where one has " + bouillon::to_string(all) +
                " at most.";
    if (failed > 0) note += " Failed: " + bouillon::to_string(failed) + ".";
    return note;
}

std::string front_chart(const merge_front& front, std::size_t set, const loss_wording& wording) {
    std::vector<double> across, along;  // (tried)
    for (const auto& merge : front.merges) {
        across.push_back(merge.gains[0].mean);
        along.push_back(merge.gains[set].mean);
    }
    const auto shown = [&](std::vector<double> gains) {  // as gains_shown: one poor trial must not press the others
        std::ranges::sort(gains);
        const double quarter = gains[gains.size() / 4], upper_quarter = gains[3 * gains.size() / 4];
        const double fence = quarter - 3 * (upper_quarter - quarter);
        const double lowest = *std::ranges::find_if(gains, [&](double gain) { return gain >= fence; });
        return svg_chart::range{std::min(0.0, lowest), std::max(0.0, gains.back())};
    };
    const auto x = shown(across), y = shown(along);
    svg_chart chart("gain on " + front.sets[0] + ", " + wording.gains, "gain on " + front.sets[set], x, y);
    chart.horizontal(0, "newest", svg_chart::side::below);
    chart.vertical(0);
    for (std::size_t i = front.merges.size(); i-- > 0;)  // the front above the others
        chart.point(std::max(across[i], x.first), along[i], 0, i < front.size ? "front" : "trial");
    return "<figure>" + chart.svg("gain on " + front.sets[set] + " against gain on " + front.sets[0]) + "</figure>\n";
}

std::string slice_chart(const posterior_slice& slice, const report_page& page, std::size_t coordinate) {
    if (slice.at.size() < 2) return "";
    std::vector<double> low, high;
    for (std::size_t i = 0; i < slice.at.size(); ++i) {
        low.push_back(slice.gain[i] - 2 * slice.deviation[i]);
        high.push_back(slice.gain[i] + 2 * slice.deviation[i]);
    }
    svg_chart chart(slice.coordinate, "gain, " + page.wording.gains, {slice.at.front(), slice.at.back()},
                    {std::ranges::min(low), std::ranges::max(high)});
    chart.band(slice.at, low, high);
    chart.line(slice.at, slice.gain, "mean");
    if (page.slices.size() == 1)  // on a line the trials lie on the curve; elsewhere they lie beside the slice
        for (const auto& trial : page.trials)
            if (trial.gain && trial.space == page.slices_space)
                chart.point(trial.point[coordinate], *trial.gain, trial.standard_error, "trial");
    chart.vertical(slice.recommended);
    return "<figure>" + chart.svg("posterior gain along " + slice.coordinate) + "</figure>\n";
}
