// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "report/report_page.hpp"

#include <cstddef>
#include <string>

/// The gain of each trial, and the best so far; nothing where none has a gain.
std::string trials_chart(const report_page& page);

/// What that chart shows, and what the trials took.
std::string trials_note(const report_page& page);

/// What is believed along a coordinate of the page's slices.
std::string slice_chart(const posterior_slice& slice, const report_page& page, std::size_t coordinate);
