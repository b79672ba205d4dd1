// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/folder/directory_content.hpp>
#include <bouillon/checkpoint/folder/folder_content.hpp>
#include <bouillon/checkpoint/folder/run_folder.hpp>
#include <bouillon/checkpoint/folder/run_selection.hpp>
#include <bouillon/checkpoint/folder/step_of_name.hpp>
#include <bouillon/core/compiled.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace bouillon {
namespace detail {

/// Sorts checkpoints by the places that their names tell.
/// @param order gets what is in doubt
/// @throws input_error for a checkpoint whose name tells no place, and for two of one place
inline void sort_by_place(std::vector<run_item>& run, std::string& order) {
    auto told = places_of(run);
    for (std::size_t k = 0; k < run.size(); ++k) {
        if (!told.places[k])
            throw input_error(run[k].path.string() + ": its name tells no step, or more than one (step-2400 tells " +
                              "2400); name the checkpoints to take instead");
        run[k].place = *told.places[k];
    }
    std::sort(run.begin(), run.end(), [](const auto& a, const auto& b) { return a.place < b.place; });
    for (std::size_t k = 1; k < run.size(); ++k)
        if (run[k].place == run[k - 1].place && run[k].unfinished.empty() && run[k - 1].unfinished.empty())
            throw input_error(run[k - 1].path.string() + " and " + run[k].path.string() + ": are both of step " +
                              to_string(run[k].place.step) + "; name the checkpoints to take instead");
    order = std::move(told.doubt);
}

/// Leaves out of a sorted run what is later than `upto`.
inline void leave_out_later(std::vector<run_item>& run, std::uint64_t upto) {
    for (std::size_t k = 1; k < run.size(); ++k)
        if (run[k].place.step < run[k - 1].place.step)
            throw input_error("no checkpoints up to a step can be taken, since steps begin anew between " +
                              run[k - 1].path.string() + " and " + run[k].path.string() +
                              "; name the checkpoints to take instead");
    std::erase_if(run, [&](const auto& item) { return item.place.step > upto; });
    if (run.empty()) throw input_error("no checkpoint is of step " + to_string(upto) + " or an earlier one");
}

/// Takes what the selection says of a run sorted by place.
inline std::vector<run_item> take(std::vector<run_item> run, const run_selection& selection) {
    if (selection.upto) leave_out_later(run, *selection.upto);
    std::vector<run_item> taken;
    for (std::size_t back = 0; back < run.size(); back += selection.every)
        taken.insert(taken.begin(), run[run.size() - 1 - back]);
    if (taken.size() < selection.last)
        throw input_error("the last " + to_string(selection.last) + " checkpoints are asked for, but there are " +
                          to_string(taken.size()));
    if (selection.last > 0) taken.erase(taken.begin(), taken.end() - static_cast<std::ptrdiff_t>(selection.last));
    return taken;
}

/// The checkpoints in a run's folder; none where a path stands for itself.
inline folder_content checkpoints_of(const std::filesystem::path& path, const run_selection& selection) {
    std::error_code unreadable;
    if (!is_directory(path, unreadable)) return {};
    const auto cache = path / "snapshots";  // of one model in the Hub's cache
    const auto folder = is_directory(cache, unreadable) && is_directory(path / "refs", unreadable) ? cache : path;
    const auto held = content_of(folder);
    const bool is_checkpoint = held.form != stored_form::none;
    folder_content below;
    if (!(is_checkpoint && selection.takes_all())) below = checkpoints_in(folder, is_checkpoint);
    if (!is_checkpoint && !selection.takes_all() && below.checkpoints.empty())
        throw input_error(held.refused.empty() ? path.string() + ": holds no checkpoint" : held.refused);
    return below;
}

/// A path that a user named; where it is no checkpoint, opening it says why.
inline run_item named_item(const std::filesystem::path& path) {
    std::error_code unreadable;
    return {path, is_directory(path, unreadable) ? content_of(path).unfinished : ""};
}

/// @param reasons get why
/// @throws input_error where nothing is left
inline void leave_out_unfinished(std::vector<run_item>& run, std::vector<std::string>& reasons) {
    for (const auto& item : run)
        if (!item.unfinished.empty()) reasons.push_back(item.unfinished);
    std::erase_if(run, [](const run_item& item) { return !item.unfinished.empty(); });
    if (run.empty() && !reasons.empty()) throw input_error("no checkpoint is complete: " + reasons[0]);
}

}  // namespace detail

BOUILLON_DEFINITION std::vector<std::filesystem::path> select_checkpoints(std::span<const std::filesystem::path> paths,
                                                                          const run_selection& selection,
                                                                          selection_notes* notes) {
    if (selection.every == 0) throw input_error("every 0th checkpoint cannot be taken");
    bool in_order = selection.takes_all();
    selection_notes told;
    std::vector<detail::run_item> run;
    for (const auto& path : paths) {
        auto below = detail::checkpoints_of(path, selection);
        in_order &= below.checkpoints.empty();
        if (below.checkpoints.empty()) below.checkpoints.push_back(detail::named_item(path));
        run.insert(run.end(), below.checkpoints.begin(), below.checkpoints.end());
        told.left_out.insert(told.left_out.end(), below.left_out.begin(), below.left_out.end());
    }
    if (selection.skip_unfinished) detail::leave_out_unfinished(run, told.unfinished);
    if (!in_order && !run.empty()) {
        detail::sort_by_place(run, told.order);
        run = detail::take(std::move(run), selection);
    }
    std::vector<std::filesystem::path> taken;
    for (const auto& item : run) {
        if (!item.unfinished.empty()) throw unfinished_checkpoint(item.unfinished);
        taken.push_back(item.path);
    }
    if (notes) *notes = std::move(told);
    return taken;
}

}  // namespace bouillon
