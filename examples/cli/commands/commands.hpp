// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/App.hpp>

#include <string>
#include <vector>

/// Each adds one subcommand to the program: its options, its help, and what it does when it is given.
/// `command`: the words of the command line, which a report repeats.
void add_search_command(CLI::App& program, std::vector<std::string> command);
void add_report_command(CLI::App& program);
void add_merge_command(CLI::App& program);
void add_score_command(CLI::App& program);
void add_inspect_command(CLI::App& program);
