// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "measured_in.hpp"
#include "search_arguments.hpp"
#include "workbench.hpp"
#include <nlohmann/json_fwd.hpp>

#include <string>

/// What must be the same when a journal is taken up again, for its header. `space`: the name of what is searched.
nlohmann::ordered_json journal_settings(const workbench& bench, const std::string& space);

/// The arguments that a journal's settings tell: the space, the kernel and what is merged. A space of groups is not
/// told. Throws the JSON library's exception where they are not as `journal_settings` makes them.
search_arguments arguments_from(const nlohmann::ordered_json& settings);

/// In what words the losses of a journal's search are told.
measured_in measure_from(const nlohmann::ordered_json& settings);
