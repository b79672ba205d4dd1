// SPDX-License-Identifier: Apache-2.0
#include "checkpoints/run_checkpoints.hpp"

#include <bouillon/checkpoint/checkpoint_set.hpp>
#include <bouillon/checkpoint/folder/run_folder.hpp>
#include <bouillon/core/error.hpp>

#include <cstdio>
#include <string>

namespace {

std::string in_a_row(const std::vector<std::filesystem::path>& paths) {
    std::string names;
    for (const auto& path : paths) names += (names.empty() ? "" : ", ") + path.string();
    return names;
}

}  // namespace

std::vector<std::filesystem::path> taken_checkpoints(const std::vector<std::filesystem::path>& given,
                                                     const bouillon::run_selection& selection) {
    bouillon::selection_notes notes;
    auto taken = bouillon::select_checkpoints(given, selection, &notes);
    if (!notes.left_out.empty())
        std::fprintf(stderr, "bouillon: left out, as no checkpoint of the run: %s\n", in_a_row(notes.left_out).c_str());
    for (const auto& reason : notes.unfinished)
        std::fprintf(stderr, "bouillon: left out, as not complete: %s\n", reason.c_str());
    if (!notes.order.empty())
        std::fprintf(stderr, "bouillon: taken in the order of %s, oldest first: %s\n", notes.order.c_str(),
                     in_a_row(taken).c_str());
    return taken;
}

std::string remedy_of_one(const std::vector<std::filesystem::path>& taken) {
    if (taken.size() != 1) return "";
    try {  // a Trainer may leave its last model in the run's folder
        bouillon::select_checkpoints(taken, {.last = 2});
        return " (it holds others: --last N takes the newest N of them)";
    } catch (const bouillon::input_error&) {
        return "";
    }
}

bouillon::checkpoint_set open_run(const std::vector<std::filesystem::path>& checkpoints,
                                  const bouillon::set_options& options) {
    return bouillon::open_checkpoints(checkpoints, options);
}

void note_contents(const bouillon::checkpoint_set& checkpoints, const char* remedy) {
    for (const auto& item : checkpoints)
        for (const auto& note : item.notes()) std::fprintf(stderr, "bouillon: note: %s\n", note.c_str());
    for (const auto& item : checkpoints)
        if (const auto& names = item.not_in_index(); !names.empty())
            std::fprintf(stderr,
                         "bouillon: warning: %s: the index does not name %zu %s of the shards, %s%s; taken as the "
                         "checkpoint's\n",
                         item.path().c_str(), names.size(), names.size() == 1 ? "tensor" : "tensors",
                         bouillon::in_quotes(names[0]).c_str(), names.size() == 1 ? "" : " among them");
    const auto left_out = checkpoints.left_out();
    if (const std::size_t tensors = left_out.training_state)
        std::fprintf(stderr, "bouillon: left out %zu %s of an optimizer's or a trainer's state%s\n", tensors,
                     tensors == 1 ? "tensor" : "tensors", remedy);
    if (const std::size_t buffers = checkpoints.implied_buffers_left_out())
        std::fprintf(stderr,
                     "bouillon: left out %zu %s that a model's configuration implies (rotary frequencies, masks)\n",
                     buffers, buffers == 1 ? "buffer" : "buffers");
    if (const std::size_t values = left_out.other)
        std::fprintf(stderr, "bouillon: left out %zu %s that %s no tensor\n", values, values == 1 ? "value" : "values",
                     values == 1 ? "is" : "are");
}
