// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/precision.hpp>

#include <tensor/device_on_host.hpp>

#include <doctest/doctest.h>

TEST_CASE("a device multiplies in float32 unless it is told otherwise") {
    CHECK(device_on_host().precision() == bouillon::precision::float32);
    CHECK(device_on_host{{}, bouillon::precision::bf16}.precision() == bouillon::precision::bf16);
}
