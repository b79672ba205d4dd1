// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace bouillon {

/// A merge that a program of the user's is to score.
struct score_request {
    std::filesystem::path checkpoint;         ///< where it is written
    std::string name = "merge";               ///< what it is called, in a log's name too
    std::optional<std::size_t> trial = {};    ///< its number; nothing where the search did not suggest it
    std::vector<std::size_t> documents = {};  ///< (scored), which, in the order of the losses; empty: all
};

}  // namespace bouillon
