// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "search/search_arguments.hpp"
#include <CLI/App.hpp>

/// Adds the options of `bouillon search`.
void add_search_options(CLI::App& command, search_arguments& arguments);
