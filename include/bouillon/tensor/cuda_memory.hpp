// SPDX-License-Identifier: Apache-2.0
#pragma once

#if defined(__CUDACC__)
#    include <bouillon/core/error.hpp>
#    include <bouillon/core/in_gigabytes.hpp>
#    include <bouillon/tensor/cuda_error.hpp>

#    include <cuda_runtime.h>

#    include <algorithm>
#    include <bit>
#    include <cstddef>
#    include <cstdint>
#    include <limits>
#    include <memory>
#    include <mutex>
#    include <string>
#    include <type_traits>
#    include <vector>

namespace bouillon::detail {

/// The current device's memory, as a stream uses it: what is given back is there at once for what the stream does next,
/// and stays with the program until the pool goes.
///
/// Its functions may be called by several threads at once, with the device as their current one.
class cuda_memory {
 public:
    /// @throws work_error where the device has no memory pools
    cuda_memory(int device, cudaStream_t stream) : stream_(stream) {
        cudaMemPoolProps properties{};
        properties.allocType = cudaMemAllocationTypePinned;
        properties.location.type = cudaMemLocationTypeDevice;
        properties.location.id = device;
        cudaMemPool_t made = nullptr;
        check_cuda(cudaMemPoolCreate(&made, &properties), "make a pool of memory");
        pool_.reset(made);
        std::uint64_t kept = std::numeric_limits<std::uint64_t>::max();
        check_cuda(cudaMemPoolSetAttribute(made, cudaMemPoolAttrReleaseThreshold, &kept), "keep a pool of memory");
    }

    /// @returns memory at a multiple of 256 bytes, not written
    /// @throws work_error, with the bytes that were asked for and those that are free
    std::byte* allocate(std::size_t bytes) {
        void* made = nullptr;
        auto status = cudaMallocFromPoolAsync(&made, bytes, pool_.get(), stream_);
        if (status == cudaErrorMemoryAllocation) {  // the pool may hold it in pieces, or hold what another one lacks
            cudaGetLastError();
            check_cuda(cudaStreamSynchronize(stream_), "wait");
            trim();
            status = cudaMallocFromPoolAsync(&made, bytes, pool_.get(), stream_);
        }
        if (status != cudaSuccess) fail(bytes, status);
        return static_cast<std::byte*>(made);
    }

    /// Gives memory back, to be used again once the stream has done what it was asked for.
    void release(std::byte* memory) noexcept {
        if (cudaFreeAsync(memory, stream_) != cudaSuccess) cudaGetLastError();  // it reports what has failed before
    }

    /// Gives the device what the pool holds and nobody uses.
    void trim() noexcept {
        if (cudaMemPoolTrimTo(pool_.get(), 0) != cudaSuccess) cudaGetLastError();
    }

    /// @returns the bytes that can still be allocated
    /// @throws work_error, device_lost
    std::size_t free_bytes() const {
        std::size_t free = 0, total = 0;
        check_cuda(cudaMemGetInfo(&free, &total), "tell how much memory is free");
        std::uint64_t held = 0, used = 0;
        check_cuda(cudaMemPoolGetAttribute(pool_.get(), cudaMemPoolAttrReservedMemCurrent, &held), "look at a pool");
        check_cuda(cudaMemPoolGetAttribute(pool_.get(), cudaMemPoolAttrUsedMemCurrent, &used), "look at a pool");
        return free + (held - std::min(used, held));
    }

 private:
    struct destroy {
        void operator()(cudaMemPool_t pool) const { cudaMemPoolDestroy(pool); }
    };

    [[noreturn]] void fail(std::size_t bytes, cudaError_t status) const {
        cudaGetLastError();
        std::string reason = cudaGetErrorString(status);
        if (status == cudaErrorMemoryAllocation) reason += ", " + in_gigabytes(free_bytes()) + " are free";
        throw_cuda_failure("CUDA could not allocate " + in_gigabytes(bytes), reason);
    }

    cudaStream_t stream_;
    std::unique_ptr<std::remove_pointer_t<cudaMemPool_t>, destroy> pool_{};
};

/// The memory that Thrust's algorithms use while they run, kept for the next ones: an allocator of Thrust's.
///
/// A block is taken again as soon as the call that had it returns, before the device has run it: all is in one stream.
class cuda_scratch {
 public:
    using value_type = char;

    explicit cuda_scratch(cuda_memory& memory) : memory_(memory) {}
    ~cuda_scratch() {
        for (const auto& one : blocks_) memory_.release(one.data);
    }
    cuda_scratch(const cuda_scratch&) = delete;
    cuda_scratch& operator=(const cuda_scratch&) = delete;

    /// @throws work_error, device_lost
    char* allocate(std::size_t bytes) {
        const std::lock_guard lock(mutex_);
        const std::size_t size = std::bit_ceil(std::max<std::size_t>(bytes, 256));
        const auto fits = [&](const block& one) { return !one.taken && one.size == size; };
        auto found = std::find_if(blocks_.begin(), blocks_.end(), fits);
        if (found == blocks_.end()) found = blocks_.insert(found, {memory_.allocate(size), size, false});
        found->taken = true;
        return reinterpret_cast<char*>(found->data);
    }
    void deallocate(char* data, std::size_t) noexcept {
        const std::lock_guard lock(mutex_);
        for (auto& one : blocks_)
            if (one.data == reinterpret_cast<std::byte*>(data)) one.taken = false;
    }

 private:
    struct block {
        std::byte* data;
        std::size_t size;
        bool taken;
    };

    cuda_memory& memory_;
    std::mutex mutex_{};
    std::vector<block> blocks_{};
};

}  // namespace bouillon::detail
#endif
