// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/pinned_buffer.hpp>

#include <cuda_here.hpp>

#include <algorithm>
#include <vector>

using namespace bouillon;
using namespace bouillon::detail;

TEST_CASE("a page-locked buffer may be written again once its copy has ended, and may go before that") {
    if (!has_device()) return;
    std::byte* device = nullptr;
    REQUIRE(cudaMalloc(&device, 200) == cudaSuccess);
    {
        pinned_buffer buffer(100, cudaStreamLegacy);
        CHECK(buffer.memory().size() == 100);
        buffer.wait();
        for (const int part : {0, 1}) {
            std::fill(buffer.memory().begin(), buffer.memory().end(), std::byte(part + 1));
            buffer.send(device + 100 * part, 100);
            if (part == 0) buffer.wait();
        }
    }
    std::vector<std::byte> host(200);
    REQUIRE(cudaMemcpy(host.data(), device, 200, cudaMemcpyDeviceToHost) == cudaSuccess);
    for (std::size_t i = 0; i < 200; ++i) CHECK(host[i] == std::byte(i / 100 + 1));
    cudaFree(device);
}

TEST_CASE("more host memory than can be locked is a work_error that is not reported again") {
    if (!has_device()) return;
    CHECK_THROWS_AS(pinned_buffer(std::size_t{1} << 50, cudaStreamLegacy), work_error);
    CHECK(cudaPeekAtLastError() == cudaSuccess);
}
