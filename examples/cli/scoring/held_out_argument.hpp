// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/search/domain_guard.hpp>

#include <filesystem>
#include <string>
#include <vector>

/// A held-out set as the command line names it.
struct held_out_argument {
    std::string name;  // unlike any other's
    std::filesystem::path file;
    double weight = 1;  // of its mean loss among the sets'
};

/// A word of the command line: [NAME=]FILE[:WEIGHT]. What is the path of a file is one, whatever else it could mean; a
/// set without a name is called as its file is, without the extension.
/// @throws input_error for a name or a weight that cannot be used
held_out_argument parse_held_out(const std::string& word);

/// The weight of a set that a command prints: NAME:WEIGHT.
/// @throws input_error for a word that is none
held_out_argument parse_set_weight(const std::string& word);

/// What a merge may lose on a set: NAME, or NAME:LOSS.
bouillon::domain_guard parse_guard(const std::string& word);

/// Refuses sets of one name.
/// @param option that names them, as messages have it
/// @throws input_error naming it
void check_names(const std::vector<held_out_argument>& sets, const std::string& option);

/// The sets that judge, in the order of those that are searched by, and with their weights.
/// @throws input_error where their names are not the same, or one has a weight of its own
std::vector<held_out_argument> matched(const std::vector<held_out_argument>& test,
                                       const std::vector<held_out_argument>& held_out);
