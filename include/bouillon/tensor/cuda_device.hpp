// SPDX-License-Identifier: Apache-2.0
#pragma once

#if defined(__CUDACC__)
#    include <bouillon/core/error.hpp>
#    include <bouillon/tensor/cuda_error.hpp>

#    include <cuda_runtime.h>

#    include <string>

namespace bouillon::detail {

/// Makes a device the current one of this thread while it lives: a new thread's is device 0, whatever others use.
class cuda_device_guard {
 public:
    /// @throws work_error, device_lost
    explicit cuda_device_guard(int device) {
        check_cuda(cudaGetDevice(&before_), "tell the current device");
        changed_ = before_ != device;
        if (changed_) check_cuda(cudaSetDevice(device), "use another device");
    }
    ~cuda_device_guard() {
        if (changed_) cudaSetDevice(before_);
    }
    cuda_device_guard(const cuda_device_guard&) = delete;
    cuda_device_guard& operator=(const cuda_device_guard&) = delete;

 private:
    int before_ = 0;
    bool changed_ = false;
};

/// call() with a device as the current one, for what ends and can tell nobody what failed: all of CUDA's statuses are
/// passed over, and none is reported again.
/// @param call  without exceptions
template <class Call>
void end_on_cuda_device(int device, const Call& call) noexcept {
    int before = device;
    cudaGetDevice(&before);
    if (before != device) cudaSetDevice(device);
    call();
    if (before != device) cudaSetDevice(before);
    cudaGetLastError();
}

/// @returns the number of this thread's current device
/// @throws work_error, with CUDA's reason, where there is no device
inline int current_cuda_device() {
    int devices = 0, current = 0;
    auto status = cudaGetDeviceCount(&devices);
    if (status == cudaSuccess && devices > 0) status = cudaGetDevice(&current);
    if (status != cudaSuccess) {
        cudaGetLastError();
        throw work_error(std::string("no CUDA device: ") + cudaGetErrorString(status));
    }
    if (devices == 0) throw work_error("no CUDA device: none is visible to this program");
    return current;
}

}  // namespace bouillon::detail
#endif
