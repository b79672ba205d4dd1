// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/App.hpp>

#include <string>
#include <vector>

class program_processes;

/// Each adds one subcommand to the program: its options, its help, and what it does when it is given.
/// `command`: the words of the command line, which a report repeats. `processes`: that the program was started as,
/// which must outlive the program.
void add_search_command(CLI::App& program, std::vector<std::string> command, program_processes& processes);
void add_report_command(CLI::App& program, program_processes& processes);
void add_merge_command(CLI::App& program, program_processes& processes);
void add_score_command(CLI::App& program, program_processes& processes);
void add_inspect_command(CLI::App& program, program_processes& processes);
