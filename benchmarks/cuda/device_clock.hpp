// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/tensor/cuda_error.hpp>

#include <cuda_runtime.h>

/// Tells how long a device takes for what it is asked for in a stream.
///
/// Launches and the host's way back are not in the time where `work` asks for enough to keep the device busy and does
/// not wait itself: so ask for several things at once.
class device_clock {
 public:
    explicit device_clock(cudaStream_t stream) : stream_(stream) {
        bouillon::detail::check_cuda(cudaEventCreate(&begin_), "make an event");
        bouillon::detail::check_cuda(cudaEventCreate(&end_), "make an event");
    }
    ~device_clock() {
        cudaEventDestroy(begin_);
        cudaEventDestroy(end_);
    }
    device_clock(const device_clock&) = delete;
    device_clock& operator=(const device_clock&) = delete;

    /// @param work() asks for something in the stream
    template <class Work>
    double seconds(const Work& work) const {
        bouillon::detail::check_cuda(cudaEventRecord(begin_, stream_), "record an event");
        work();
        bouillon::detail::check_cuda(cudaEventRecord(end_, stream_), "record an event");
        bouillon::detail::check_cuda(cudaEventSynchronize(end_), "run a benchmark");
        float milliseconds = 0;
        bouillon::detail::check_cuda(cudaEventElapsedTime(&milliseconds, begin_, end_), "measure time");
        return static_cast<double>(milliseconds) / 1000;
    }

 private:
    cudaStream_t stream_;
    cudaEvent_t begin_ = nullptr, end_ = nullptr;
};
