// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

class any_acquisition;

/// What decides the next trial.
struct acquisition_choice {
    std::string_view name;
    any_acquisition (*make)();
};

/// Those that --acquisition names, the default first.
std::span<const acquisition_choice> acquisition_choices();

/// What "auto" stands for: the library's own choice for merges.
const acquisition_choice& default_acquisition();

/// The portfolio with the numbers of the paper, which --preset paper takes.
const acquisition_choice& paper_acquisition();
