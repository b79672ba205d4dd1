// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/cuda_memory.hpp>

#include <cuda_here.hpp>

#include <cstdint>
#include <string>

using namespace bouillon;
using namespace bouillon::detail;

TEST_CASE("memory lies at multiples of 256 bytes, and is free again once it is released") {
    if (!has_device()) return;
    cuda_memory memory(0, cudaStreamLegacy);
    const std::size_t before = memory.free_bytes();
    std::byte* const first = memory.allocate(3);
    std::byte* const second = memory.allocate(std::size_t{64} << 20);
    CHECK(reinterpret_cast<std::uintptr_t>(first) % 256 == 0);
    CHECK(reinterpret_cast<std::uintptr_t>(second) % 256 == 0);
    CHECK(memory.free_bytes() <= before - (std::size_t{64} << 20));
    memory.release(first);
    memory.release(second);
    cudaStreamSynchronize(cudaStreamLegacy);
    CHECK(memory.free_bytes() + (std::size_t{4} << 20) > before);  // but for what the pool itself takes
    memory.trim();
    CHECK(memory.free_bytes() + (std::size_t{4} << 20) > before);
}

TEST_CASE("more memory than there is is refused with the bytes asked for and free, and less is given then") {
    if (!has_device()) return;
    cuda_memory memory(0, cudaStreamLegacy);
    std::string message;
    try {
        memory.allocate(std::size_t{500} << 40);
    } catch (const work_error& refused) {
        message = refused.what();
    }
    CHECK(message.starts_with("CUDA could not allocate 549755.8 GB: "));
    CHECK(message.ends_with(" are free"));
    CHECK(cudaPeekAtLastError() == cudaSuccess);
    memory.release(memory.allocate(1000));
}

TEST_CASE("memory that was released in parts can be taken in one") {
    if (!has_device()) return;
    cuda_memory memory(0, cudaStreamLegacy);
    const std::size_t part = memory.free_bytes() / 5 * 2;
    std::byte* const first = memory.allocate(part);
    memory.release(memory.allocate(part));
    memory.release(first);
    memory.release(memory.allocate(2 * part));
}

TEST_CASE("scratch memory is taken again for the same or nearly the same size, never twice at once") {
    if (!has_device()) return;
    cuda_memory memory(0, cudaStreamLegacy);
    cuda_scratch scratch(memory);
    char* const first = scratch.allocate(1000);
    char* const second = scratch.allocate(1000);
    CHECK(first != second);
    scratch.deallocate(first, 1000);
    CHECK(scratch.allocate(900) == first);
    scratch.deallocate(second, 1000);
    CHECK(scratch.allocate(3000) != second);
    CHECK(scratch.allocate(1024) == second);
}
