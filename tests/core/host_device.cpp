// SPDX-License-Identifier: Apache-2.0
#include <bouillon/core/host_device.hpp>

// A host compiler takes the mark; what a GPU makes of it, tests/tensor/cuda.cu shows.
BOUILLON_HOST_DEVICE constexpr int twice(int value) { return 2 * value; }
static_assert(twice(21) == 42);
