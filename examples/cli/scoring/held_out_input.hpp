// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/score/held_out_sets.hpp>

#include "choices/metric_choice.hpp"

#include <filesystem>

/// What a held-out file holds. Says on standard error how many documents it left out because there is nothing to
/// predict in them.
/// @throws input_error for a file that is none of them
bouillon::held_out_set read_held_out_set(const std::filesystem::path& path);

/// @param metric that is asked for
/// @param questions whether there are any
/// @param held_out the file
/// @throws input_error where the metric is one of questions, but the file holds documents
void check_metric(const metric_choice& metric, bool questions, const std::filesystem::path& held_out);
