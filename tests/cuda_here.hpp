// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <doctest/doctest.h>

#include <cuda_runtime.h>

/// Whether a test of device code can run; says so where it cannot.
inline bool has_device() {
    int devices = 0;
    const bool found = cudaGetDeviceCount(&devices) == cudaSuccess && devices > 0;
    if (!found) MESSAGE("skipped: no CUDA device here");
    return found;
}

inline bool has_two_devices() {
    int devices = 0;
    const bool found = cudaGetDeviceCount(&devices) == cudaSuccess && devices > 1;
    if (!found) MESSAGE("skipped: no two CUDA devices here");
    return found;
}
