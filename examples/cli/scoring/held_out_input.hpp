// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/score/held_out.hpp>
#include <bouillon/score/multiple_choice.hpp>

#include "choices/metric_choice.hpp"

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>

/// What a held-out file holds.
struct held_out_input {
    bouillon::held_out_documents documents;              // where there are questions: their choices
    std::optional<bouillon::multiple_choice> questions;  // nothing where there are documents only

    /// Documents or, where there are some, questions: what has a loss each.
    std::size_t size() const { return questions ? questions->size() : documents.size(); }

    /// Some of them, in the order in which they are named.
    held_out_input select(std::span<const std::size_t> chosen) const;
};

/// Says on standard error how many documents it left out because there is nothing to predict in them.
/// @throws input_error for a file that is none of them
held_out_input read_held_out_input(const std::filesystem::path& path);

/// @param metric that is asked for
/// @param questions whether there are any
/// @param held_out the file
/// @throws input_error where the metric is one of questions, but the file holds documents
void check_metric(const metric_choice& metric, bool questions, const std::filesystem::path& held_out);
