// SPDX-License-Identifier: Apache-2.0
#include <bouillon/core/host_device.hpp>

#include <doctest/doctest.h>

namespace {
BOUILLON_HOST_DEVICE int twice(int value) { return 2 * value; }
}  // namespace

TEST_CASE("a function marked for host and device is an ordinary function on the host") { CHECK(twice(21) == 42); }
