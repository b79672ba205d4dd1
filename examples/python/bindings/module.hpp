// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nanobind/nanobind.h>

// Each unit adds one concept to the module `bouillon._core`. The package's Python (examples/python/package) is what a
// user sees: it checks arguments, and calls these with exact types.

void add_errors(nanobind::module_& module);
void add_search(nanobind::module_& module);
void add_checkpoints(nanobind::module_& module);
void add_resident(nanobind::module_& module);
void add_merge_search(nanobind::module_& module);
