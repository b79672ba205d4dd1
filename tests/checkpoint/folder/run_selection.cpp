// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/folder/run_selection.hpp>

#include <doctest/doctest.h>

using bouillon::run_selection;

TEST_CASE("a selection takes all unless one of its rules is given") {
    CHECK(run_selection{}.takes_all());
    CHECK_FALSE(run_selection{.upto = 0}.takes_all());
    CHECK_FALSE(run_selection{.every = 2}.takes_all());
    CHECK_FALSE(run_selection{.last = 1}.takes_all());
}
