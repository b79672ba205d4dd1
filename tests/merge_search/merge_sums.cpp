// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge_search/merge_sums.hpp>

#include <doctest/doctest.h>

TEST_CASE("what was not measured adds nothing") { CHECK(bouillon::merge_sums().sums.empty()); }
