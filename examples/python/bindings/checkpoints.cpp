// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/folder/run_folder.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/core/in_quotes.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/merge/write_merged.hpp>

#include "bindings/checkpoint_run.hpp"
#include "bindings/interruptible.hpp"
#include "bindings/module.hpp"
#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <tuple>

namespace nb = nanobind;

namespace {

using paths = std::vector<std::filesystem::path>;
/// What the selection left out, and what the checkpoints hold that a merge leaves out.
std::vector<std::string> notes_of(const bouillon::selection_notes& selection,
                                  const bouillon::checkpoint_set& checkpoints) {
    std::vector<std::string> notes;
    for (const auto& path : selection.left_out)
        notes.push_back("left out, as no checkpoint of the run: " + path.string());
    for (const auto& reason : selection.unfinished) notes.push_back("left out, as not complete: " + reason);
    if (!selection.order.empty()) notes.push_back("taken in the order of " + selection.order);
    for (const auto& one : checkpoints) notes.insert(notes.end(), one.notes().begin(), one.notes().end());
    for (const auto& one : checkpoints)
        for (const auto& name : one.not_in_index())
            notes.push_back(one.path().string() + ": the index does not name tensor " + bouillon::in_quotes(name));
    const auto left_out = checkpoints.left_out();
    if (left_out.training_state > 0)
        notes.push_back("left out " + bouillon::to_string(left_out.training_state) +
                        " tensors of an optimizer's or a trainer's state");
    if (const auto buffers = checkpoints.implied_buffers_left_out(); buffers > 0)
        notes.push_back("left out " + bouillon::to_string(buffers) + " buffers that a model's configuration implies");
    return notes;
}

checkpoint_run open_run(const paths& given, std::optional<std::uint64_t> upto, std::size_t every, std::size_t last,
                        bool skip_unfinished, const std::optional<std::string>& dtype, std::vector<std::string> kept,
                        std::vector<std::string> strip, std::optional<std::filesystem::path> config,
                        bool newest_integers, bool optimizer_state) {
    bouillon::set_options options;
    options.types = merged_types_of(dtype, std::move(kept));
    options.prefixes = std::move(strip);
    options.config = std::move(config);
    options.newest_integers = newest_integers;
    if (optimizer_state) options.state = bouillon::optimizer_state::keep;
    bouillon::selection_notes notes;
    std::optional<checkpoint_run> opened;
    interruptible([&](const auto&) {
        const auto taken = bouillon::select_checkpoints(given, {upto, every, last, skip_unfinished}, &notes);
        auto checkpoints = bouillon::open_checkpoints(taken, options);
        auto all_notes = notes_of(notes, checkpoints);
        opened.emplace(checkpoint_run{std::move(checkpoints), std::move(all_notes)});
    });
    return *std::move(opened);
}

void write_run(const checkpoint_run& run, const std::vector<double>& merge_weights, const std::filesystem::path& output,
               bool force, std::map<std::string, std::string> provenance, std::size_t threads, std::size_t memory,
               std::size_t shard_size, bool allow_non_finite) {
    interruptible([&](const std::atomic<bool>& stop) {
        bouillon::write_merged(run.checkpoints, merge_weights, output,
                               {.force = force,
                                .provenance = std::move(provenance),
                                .threads = threads,
                                .memory = memory,
                                .shard_size = shard_size,
                                .allow_non_finite = allow_non_finite,
                                .stop = &stop});
    });
}

nb::dict inspect(const std::filesystem::path& path) {
    std::optional<bouillon::checkpoint> opened;
    interruptible([&](const auto&) { opened.emplace(path); });
    nb::dict found;
    found["name"] = opened->name();
    found["path"] = opened->path();
    found["tensors"] = rows_of(opened->tensors());
    found["notes"] = opened->notes();
    found["config"] = opened->config_path();
    return found;
}

}  // namespace

void add_checkpoints(nb::module_& module) {
    nb::class_<checkpoint_run>(module, "Checkpoints")
        .def_prop_ro("names", &checkpoint_run::names)
        .def_prop_ro("paths",
                     [](const checkpoint_run& run) {
                         paths all;
                         for (const auto& one : run.checkpoints) all.push_back(one.path());
                         return all;
                     })
        .def_prop_ro("tensors", [](const checkpoint_run& run) { return rows_of(run.checkpoints.tensors()); })
        .def_prop_ro("notes", [](const checkpoint_run& run) { return run.notes; });
    module.def("open_run", open_run, nb::arg("paths"), nb::arg("upto").none(), nb::arg("every"), nb::arg("last"),
               nb::arg("skip_unfinished"), nb::arg("dtype").none(), nb::arg("keep_dtype"), nb::arg("strip"),
               nb::arg("config").none(), nb::arg("newest_integers"), nb::arg("optimizer_state"));
    module.def("write_merged", write_run);
    module.def("inspect", inspect);
}
