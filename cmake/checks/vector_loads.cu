// SPDX-License-Identifier: Apache-2.0
// Packets of weighted sums, whose PTX vector_loads.cmake reads: every type, with inputs beside the functor and not.
#include <bouillon/tensor/device_weighted_sum.hpp>

using bouillon::dtype;
using bouillon::detail::sum_packet;

template <dtype In, dtype Out, class Real, std::size_t Candidates, std::size_t Terms>
__global__ void packet(sum_packet<In, Out, Real, Candidates, Terms> sum) {
    sum(std::size_t{blockIdx.x} * blockDim.x + threadIdx.x);
}

template __global__ void packet(sum_packet<dtype::bf16, dtype::bf16, float, 1, 4>);
template __global__ void packet(sum_packet<dtype::bf16, dtype::bf16, float, 4, 16>);
template __global__ void packet(sum_packet<dtype::f16, dtype::f16, float, 1, 0>);
template __global__ void packet(sum_packet<dtype::f32, dtype::f32, float, 1, 4>);
template __global__ void packet(sum_packet<dtype::bf16, dtype::f32, float, 1, 4>);
template __global__ void packet(sum_packet<dtype::f64, dtype::f64, double, 1, 4>);
