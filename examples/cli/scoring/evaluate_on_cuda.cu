// SPDX-License-Identifier: Apache-2.0
// All that nvcc compiles of the program.
#include <bouillon/tensor/thrust_backend.hpp>
#include <bouillon/tensor/thrust_cuda.hpp>

#include "scoring/evaluate_on.hpp"

namespace {

/// The processes of a machine take its devices in turn.
bouillon::detail::cuda_device_guard use_device(std::size_t local_rank) {
    int device = bouillon::detail::current_cuda_device(), devices = 1;
    bouillon::detail::check_cuda(cudaGetDeviceCount(&devices), "count the devices");
    if (local_rank > 0) device = static_cast<int>(local_rank % static_cast<std::size_t>(devices));
    return bouillon::detail::cuda_device_guard(device);
}

}  // namespace

evaluate_function evaluate_on_cuda(evaluation_input input) {
    using host = bouillon::thrust_backend<bouillon::thrust_sequential>;
    const auto chosen = use_device(input.world.local_rank());
    const bouillon::thrust_cuda device({.precision = input.precision});
    return evaluate_on<host>(bouillon::thrust_backend(device), std::move(input));
}
