// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Marks a function that a GPU launch may call too. Empty for a host compiler, which does not know the attributes.
#if defined(__CUDACC__)
#    define BOUILLON_HOST_DEVICE __host__ __device__
#else
#    define BOUILLON_HOST_DEVICE
#endif
