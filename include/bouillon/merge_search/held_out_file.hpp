// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/score/held_out.hpp>
#include <bouillon/score/multiple_choice.hpp>

#include <cstddef>
#include <filesystem>
#include <optional>

namespace bouillon {

/// Reads held-out documents from one safetensors file.
///
/// It holds `tokens` (U16, I32, U32 or I64, all documents end to end) and `document_offsets` (I64, documents + 1; the
/// first is 0, the last the number of tokens); where given, `prompt_tokens` and `document_bytes` (I64, documents).
/// Documents of less than two tokens are left out: there is nothing to predict in them.
/// @param path the file
/// @param left_out how many those are, written where it is not null
/// @throws input_error, naming the file and both values, for anything else
held_out_documents read_held_out(const std::filesystem::path& path, std::size_t* left_out = nullptr);

/// Reads multiple-choice questions from one safetensors file.
///
/// It holds documents, one a choice, with `question_offsets` (I64, questions + 1), `correct` (I64, questions) and,
/// where given, `answer_lengths` (I64, choices).
/// @returns nothing where the file holds no `question_offsets`, but documents only
/// @throws input_error, naming the file and both values, for anything else
std::optional<multiple_choice> read_questions(const std::filesystem::path& path);

}  // namespace bouillon

#ifndef BOUILLON_COMPILED
#    include <bouillon/merge_search/held_out_file.ipp>
#endif
