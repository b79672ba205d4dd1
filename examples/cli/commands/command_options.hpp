// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/folder/run_selection.hpp>

#include "checkpoints/group_arguments.hpp"
#include "checkpoints/set_arguments.hpp"
#include "choices/backend_choice.hpp"
#include "choices/metric_choice.hpp"
#include "choices/precision_choice.hpp"
#include <CLI/App.hpp>

// Options that several commands have.

/// Those that take some of a run's checkpoints; taken_checkpoints() applies them.
void add_run_options(CLI::App& command, bouillon::run_selection& selection);

/// Those that say how checkpoints of other tools are read.
void add_reading_options(CLI::App& command, set_arguments& arguments);

/// Those that say which types a merge has, and what becomes of tensors that cannot be summed.
void add_set_options(CLI::App& command, set_arguments& arguments);

void add_metric_option(CLI::App& command, const metric_choice*& metric);
/// Those that say where merges are made and scored, and in what precision.
void add_backend_options(CLI::App& command, const backend_choice*& backend, const precision_choice*& precision);
void add_threads_option(CLI::App& command, std::size_t& threads);
void add_window_option(CLI::App& command, std::size_t& window);

/// Those that give groups of tensors merge weights of their own.
void add_group_options(CLI::App& command, group_arguments& arguments);
