// SPDX-License-Identifier: Apache-2.0
#include "bindings/module.hpp"

#include <bouillon/version.hpp>

NB_MODULE(_core, module) {
    // A search may hold an acquisition of Python's that refers to the search, which no collector sees through.
    nanobind::set_leak_warnings(false);
    module.attr("version") = bouillon::version;
    add_errors(module);
    add_search(module);
    add_checkpoints(module);
    add_resident(module);
    add_merge_search(module);
}
