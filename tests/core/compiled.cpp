// SPDX-License-Identifier: Apache-2.0
#include <bouillon/core/compiled.hpp>

#include <doctest/doctest.h>

namespace {

int twice(int value);

BOUILLON_DEFINITION int twice(int value) { return 2 * value; }

}  // namespace

TEST_CASE("what a header declares can be defined further on") { CHECK(twice(21) == 42); }
