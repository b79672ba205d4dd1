// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <vector>

class program_processes;
namespace bouillon {
class checkpoint_set;
}

/// Sees to it that all processes have been given the same: the program, its command line, checkpoints and files. Where
/// there are several, it comes before they begin to work together; what fails before it is one error of them all.
/// @param files others than the checkpoints, of which those that have no name do not count
/// @throws input_error, on the first, that names the process, its machine and the file
void agree_on_inputs(program_processes& processes, const bouillon::checkpoint_set& checkpoints,
                     const std::vector<std::filesystem::path>& files = {});
