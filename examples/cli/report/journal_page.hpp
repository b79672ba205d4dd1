// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "report/report_page.hpp"

#include <filesystem>

/// What `bouillon search` wrote to a journal, as a page; the checkpoints are not read.
struct journal_page {
    report_page page;
    bool finished = false;  // else there are only trials and what they let believe
};

/// Reads a journal, and the one beside it where groups of tensors were searched.
/// Throws input_error where there is none that can be read.
journal_page page_of_journal(const std::filesystem::path& journal);
