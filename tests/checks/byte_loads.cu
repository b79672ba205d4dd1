// SPDX-License-Identifier: Apache-2.0
// Kernels that vector_loads.cmake refuses.

__global__ void adds_floats(float* sums, const float* terms) { sums[threadIdx.x] += terms[threadIdx.x]; }

__global__ void adds_bytes(uint4* sums, const uint4* terms, unsigned char* last) {
    const uint4 term = terms[threadIdx.x];
    sums[threadIdx.x] = uint4{term.x + 1, term.y, term.z, term.w};
    last[threadIdx.x] += 1;
}
