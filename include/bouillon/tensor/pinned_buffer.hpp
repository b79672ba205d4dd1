// SPDX-License-Identifier: Apache-2.0
#pragma once

#if defined(__CUDACC__)
#    include <bouillon/tensor/cuda_error.hpp>

#    include <cuda_runtime.h>

#    include <cstddef>
#    include <memory>
#    include <span>
#    include <type_traits>
#    include <utility>

namespace bouillon::detail {

/// Page-locked host memory, which a device reads by itself while the processor goes on: a buffer of an upload_ring.
class pinned_buffer {
 public:
    /// @param stream  of the current device, in which the copies are
    /// @throws work_error, device_lost
    pinned_buffer(std::size_t bytes, cudaStream_t stream) : stream_(stream) {
        void* made = nullptr;
        check_cuda(cudaMallocHost(&made, bytes), "lock host memory");
        memory_ = {std::unique_ptr<std::byte, release_memory>(static_cast<std::byte*>(made)), bytes};
        cudaEvent_t event = nullptr;
        check_cuda(cudaEventCreateWithFlags(&event, cudaEventDisableTiming), "make an event");
        copied_.reset(event);
    }

    std::span<std::byte> memory() { return {memory_.first.get(), memory_.second}; }

    void send(std::byte* destination, std::size_t size) {
        check_cuda(cudaMemcpyAsync(destination, memory_.first.get(), size, cudaMemcpyHostToDevice, stream_),
                   "copy to the device");
        check_cuda(cudaEventRecord(copied_.get(), stream_), "record an event");
    }
    void wait() { check_cuda(cudaEventSynchronize(copied_.get()), "copy to the device"); }

 private:
    struct release_memory {
        void operator()(std::byte* memory) const { cudaFreeHost(memory); }
    };
    struct release_event {
        void operator()(cudaEvent_t event) const {
            cudaEventSynchronize(event);  // memory must stay until it is copied
            cudaEventDestroy(event);
        }
    };

    cudaStream_t stream_;
    std::pair<std::unique_ptr<std::byte, release_memory>, std::size_t> memory_{};
    std::unique_ptr<std::remove_pointer_t<cudaEvent_t>, release_event> copied_{};
};

}  // namespace bouillon::detail
#endif
