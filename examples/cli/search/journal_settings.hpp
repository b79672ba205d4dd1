// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scoring/loss_wording.hpp"
#include "search/merge_problem.hpp"
#include "search/search_arguments.hpp"
#include <nlohmann/json_fwd.hpp>

#include <string_view>

/// The name, in journals and on pages, of the space of groups of tensors.
inline constexpr std::string_view space_of_groups = "groups";

/// What must be the same when a journal is taken up again, for its header: as far as the arguments say.
nlohmann::ordered_json journal_settings(const search_arguments& arguments);

/// All that the searches of a run share.
nlohmann::ordered_json journal_settings(const merge_problem& problem);

/// Those and the space's.
nlohmann::ordered_json journal_settings(const merge_problem& problem, const space_choice& space);

/// The arguments that a journal's settings tell: of the space, the kernel and what is merged. A space of groups is not
/// told.
search_arguments arguments_from(const nlohmann::ordered_json& settings);

/// In what words the losses of a journal's search are told.
loss_wording wording_from(const nlohmann::ordered_json& settings);
