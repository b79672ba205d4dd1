// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/cuda_device.hpp>

#include <cuda_here.hpp>

using namespace bouillon;
using namespace bouillon::detail;

TEST_CASE("a device is current while its guard lives, and then the one before is again") {
    if (!has_two_devices()) return;
    const int before = current_cuda_device();
    {
        const cuda_device_guard other(1 - before);
        CHECK(current_cuda_device() == 1 - before);
        const cuda_device_guard same(1 - before);
    }
    CHECK(current_cuda_device() == before);
}

TEST_CASE("a device that is not there is a work_error, and nothing is changed") {
    if (!has_device()) return;
    const int before = current_cuda_device();
    CHECK_THROWS_AS(cuda_device_guard(100), work_error);
    CHECK(current_cuda_device() == before);
    CHECK(cudaPeekAtLastError() == cudaSuccess);
}

TEST_CASE("what ends on a device has it as the current one, and leaves no error behind") {
    if (!has_two_devices()) return;
    const int before = current_cuda_device();
    int current = -1;
    end_on_cuda_device(1 - before, [&] {
        cudaGetDevice(&current);
        cudaSetDevice(100);
    });
    CHECK(current == 1 - before);
    CHECK(current_cuda_device() == before);
    CHECK(cudaPeekAtLastError() == cudaSuccess);
}
