// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint.hpp>
#include <bouillon/checkpoint/list_directory.hpp>
#include <bouillon/checkpoint/run_selection.hpp>
#include <bouillon/core/to_string.hpp>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace bouillon {

namespace detail {

/// A number in a name, and what stands before it: in lower case, without a separator between them.
struct number_in_name {
    std::string before;
    std::uint64_t value;
};

/// The numbers of at most 18 digits, but those that run into a letter ("5B").
inline std::vector<number_in_name> numbers_in(std::string_view name) {
    constexpr std::string_view digits = "0123456789", separators = "-_=.";
    std::vector<number_in_name> numbers;
    for (std::size_t begin = name.find_first_of(digits), end = 0; begin != std::string_view::npos;
         begin = name.find_first_of(digits, end)) {
        end = std::min(name.find_first_not_of(digits, begin), name.size());
        const bool runs_on = end < name.size() && std::isalpha(static_cast<unsigned char>(name[end])) != 0;
        if (runs_on || end - begin > 18) continue;
        std::string before(name.substr(0, begin));
        if (!before.empty() && separators.find(before.back()) != std::string_view::npos) before.pop_back();
        for (char& c : before) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        numbers.push_back({std::move(before), std::stoull(std::string(name.substr(begin, end - begin)))});
    }
    return numbers;
}

}  // namespace detail

/// The training step that a checkpoint's name tells.
///
/// It is the number after "step", else after "iter" or "iteration", else after "checkpoint" or "ckpt", else the only
/// number there is. A number that runs into a letter ("5B") is none. So it is 2400 for "step-02400", 1000 for
/// "stage1-step1000-tokens5B", 100 for "iter_0000100", 500 for "checkpoint-500".
/// @returns nothing where the name has no such number, or two that differ
inline std::optional<std::uint64_t> step_of_name(const std::string& name) {
    const auto numbers = detail::numbers_in(name);
    for (const auto& [word, other] : {std::pair{"step", "step"}, std::pair{"iter", "iteration"},
                                      std::pair{"checkpoint", "ckpt"}, std::pair{"", ""}}) {
        std::set<std::uint64_t> steps;
        for (const auto& [before, value] : numbers)
            if (before.ends_with(word) || before.ends_with(other)) steps.insert(value);
        if (!steps.empty()) return steps.size() == 1 ? std::optional(*steps.begin()) : std::nullopt;
    }
    return std::nullopt;
}

namespace detail {

inline bool holds_checkpoint(const std::filesystem::path& directory) {
    std::error_code unreadable;
    if (!is_directory(directory, unreadable)) return false;
    return content_of(directory).form != stored_form::none;
}

/// The step that a path's last component tells, without the extension of a `.safetensors` file.
inline std::optional<std::uint64_t> step_of_path(const std::filesystem::path& path) {
    const auto whole = path.has_filename() ? path : path.parent_path();
    return step_of_name((path.extension() == ".safetensors" ? whole.stem() : whole.filename()).string());
}

/// What lies in a run's folder and could be a checkpoint of the run.
struct folder_content {
    std::vector<std::filesystem::path> checkpoints, left_out;

    /// Leaves out what is not `wanted`, unless nothing is.
    template <class Wanted>
    void prefer(const Wanted& wanted) {
        const auto rest = std::stable_partition(checkpoints.begin(), checkpoints.end(), wanted);
        if (rest == checkpoints.begin()) return;
        left_out.insert(left_out.end(), rest, checkpoints.end());
        checkpoints.erase(rest, checkpoints.end());
    }
};

/// The checkpoints in a run's folder: directories that hold one, or, where there is none, `.safetensors` files.
///
/// These are not looked for in a folder that is a checkpoint itself. Merges are left out where there is anything else,
/// and then names that tell no step where there are some that do. Hidden names are not looked at: unfinished outputs
/// have such.
inline folder_content checkpoints_in(const std::filesystem::path& folder) {
    const bool is_checkpoint = holds_checkpoint(folder);
    std::vector<std::filesystem::path> files;
    folder_content content;
    for (const auto& item : list_directory(folder)) {
        if (item.path().filename().string().starts_with('.')) continue;
        if (item.is_directory() && holds_checkpoint(item.path())) content.checkpoints.push_back(item.path());
        if (!is_checkpoint && item.is_regular_file() && item.path().extension() == ".safetensors")
            files.push_back(item.path());
    }
    // Beside directories a file is rather held-out data, whatever number its name has.
    (content.checkpoints.empty() ? content.checkpoints : content.left_out) = std::move(files);
    content.prefer([](const std::filesystem::path& path) { return !exists(path / recipe_file_name); });
    content.prefer([](const std::filesystem::path& path) { return step_of_path(path).has_value(); });
    return content;
}

struct run_checkpoint {
    std::uint64_t step;
    std::filesystem::path path;
};

/// Checkpoints sorted by their steps.
/// @throws input_error for a checkpoint whose name tells no step, and for two of one step
inline std::vector<run_checkpoint> sort_by_step(const std::vector<std::filesystem::path>& paths) {
    std::vector<run_checkpoint> run;  // (checkpoints)
    for (const auto& path : paths) {
        const auto step = step_of_path(path);
        if (!step)
            throw input_error(path.string() + ": its name tells no step, or more than one (step-2400 tells 2400); " +
                              "name the checkpoints to take instead");
        run.push_back({*step, path});
    }
    std::sort(run.begin(), run.end(), [](const auto& a, const auto& b) { return a.step < b.step; });
    for (std::size_t k = 1; k < run.size(); ++k)
        if (run[k].step == run[k - 1].step)
            throw input_error(run[k - 1].path.string() + " and " + run[k].path.string() + ": are both of step " +
                              to_string(run[k].step) + "; name the checkpoints to take instead");
    return run;
}

/// Takes what the selection says of a run sorted by step.
inline std::vector<std::filesystem::path> take(std::vector<run_checkpoint> run, const run_selection& selection) {
    if (selection.upto) std::erase_if(run, [&](const auto& item) { return item.step > *selection.upto; });
    if (run.empty())
        throw input_error("no checkpoint is of step " + to_string(selection.upto.value_or(0)) + " or an earlier one");
    std::vector<std::filesystem::path> taken;
    for (std::size_t back = 0; back < run.size(); back += selection.every)
        taken.insert(taken.begin(), run[run.size() - 1 - back].path);
    if (taken.size() < selection.last)
        throw input_error("the last " + to_string(selection.last) + " checkpoints are asked for, but there are " +
                          to_string(taken.size()));
    if (selection.last > 0) taken.erase(taken.begin(), taken.end() - static_cast<std::ptrdiff_t>(selection.last));
    return taken;
}

}  // namespace detail

/// The checkpoints to take, oldest first, of those in a run's folder or of those named.
///
/// A directory that is no checkpoint but holds some stands for them, as does, where the selection leaves any out, one
/// that is a checkpoint and holds others. Of what a folder holds, merges and names that tell no step are left out where
/// there is anything else, as are `.safetensors` files beside checkpoints' directories. Named checkpoints stay in their
/// order, unless some are left out. Cost: directories are listed, no file is read.
/// @param paths folders of runs, Hugging Face directories, `.safetensors` files
/// @param selection which of them
/// @param left_out unless null, gets what was left out of the folders for its name or its kind, so that a user can be
///     told
/// @throws input_error where there is no checkpoint to take, where fewer than `selection.last` are left, and where
///     checkpoints must be ordered and a name tells no step or two tell the same
inline std::vector<std::filesystem::path> select_checkpoints(std::span<const std::filesystem::path> paths,
                                                             const run_selection& selection,
                                                             std::vector<std::filesystem::path>* left_out = nullptr) {
    std::vector<std::filesystem::path> checkpoints;
    bool in_order = selection.takes_all();
    if (selection.every == 0) throw input_error("every 0th checkpoint cannot be taken");
    for (const auto& path : paths) {
        std::error_code unreadable;
        const bool is_folder = is_directory(path, unreadable), is_checkpoint = detail::holds_checkpoint(path);
        detail::folder_content below;
        if (is_folder && !(is_checkpoint && selection.takes_all())) below = detail::checkpoints_in(path);
        if (is_folder && !is_checkpoint && !selection.takes_all() && below.checkpoints.empty())
            throw input_error(path.string() + ": holds no checkpoint");
        in_order &= below.checkpoints.empty();
        if (below.checkpoints.empty()) below.checkpoints.push_back(path);  // where it is none, opening it says why
        checkpoints.insert(checkpoints.end(), below.checkpoints.begin(), below.checkpoints.end());
        if (left_out) left_out->insert(left_out->end(), below.left_out.begin(), below.left_out.end());
    }
    if (in_order || checkpoints.empty()) return checkpoints;
    return detail::take(detail::sort_by_step(checkpoints), selection);
}

}  // namespace bouillon
