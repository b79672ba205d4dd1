// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "report/report_page.hpp"

#include <cstddef>
#include <string>

/// The gain of each trial, and the best so far; nothing where none has a gain.
std::string trials_chart(const report_page& page);

/// What that chart shows, and what the trials took.
std::string trials_note(const report_page& page);

/// What the trials gain in a held-out set and in the first one, and the front.
/// @param set another than the first
std::string front_chart(const merge_front& front, std::size_t set, const loss_wording& wording);

/// What is believed along a coordinate of the page's slices.
std::string slice_chart(const posterior_slice& slice, const report_page& page, std::size_t coordinate);
