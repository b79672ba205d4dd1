// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "measured_in.hpp"
#include "search_arguments.hpp"
#include "workbench.hpp"
#include <nlohmann/json.hpp>

#include <map>
#include <string>

/// What must be the same when a journal is taken up again, for its header. `space`: the name of what is searched.
std::map<std::string, std::string> journal_settings(const workbench& bench, const std::string& space);

/// The arguments that a journal's header tells: of the space, as far as it tells its bounds' digits, the kernel and
/// what is merged. A space of groups is not told.
search_arguments arguments_from(const nlohmann::ordered_json& header);

/// In what words the losses of a journal's search are told.
measured_in measure_from(const nlohmann::ordered_json& header);
