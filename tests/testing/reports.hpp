// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/testing/violations.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

/// Checks that some sentence has these words.
inline void check_report(const bouillon::violations& violations, const std::string& words) {
    CAPTURE(bouillon::to_lines(violations));
    CHECK(std::ranges::any_of(violations, [&](const auto& sentence) { return sentence.find(words) != sentence.npos; }));
}
