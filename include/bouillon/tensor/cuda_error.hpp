// SPDX-License-Identifier: Apache-2.0
#pragma once

#if defined(__CUDACC__)
#    include <bouillon/core/error.hpp>
#    include <bouillon/core/to_string.hpp>

#    include <cublas_v2.h>
#    include <cuda_runtime.h>
#    include <thrust/system/cuda/error.h>
#    include <thrust/system_error.h>

#    include <new>
#    include <string>

/// What CUDA, cuBLAS and Thrust could not do, as the library's exceptions.
///
/// CUDA remembers a thread's last error, and whoever asks for it next takes it for its own. So whatever fails here is
/// forgotten before it is thrown.
namespace bouillon::detail {

/// What every call reports from now on: after an error of a kernel (an illegal address, say) a device answers no more.
/// @returns cudaSuccess where the current device still answers
inline cudaError_t lasting_cuda_error() {
    const cudaError_t status = cudaStreamQuery(cudaStreamLegacy);
    if (status == cudaErrorNotReady) return cudaSuccess;
    if (status != cudaSuccess) cudaGetLastError();
    return status;
}

/// @throws device_lost where the current device does not answer any more, else work_error
[[noreturn]] inline void throw_cuda_failure(const std::string& what, const std::string& reason) {
    cudaGetLastError();
    const cudaError_t lasting = lasting_cuda_error();
    if (lasting == cudaSuccess) throw work_error(what + ": " + reason);
    int device = 0;
    cudaGetDevice(&device);
    throw device_lost("CUDA device " + to_string(device) +
                      " can be used no more by this program: " + cudaGetErrorString(lasting) + " (" + what + ")");
}

/// @param what  completes "CUDA could not"
/// @throws work_error, device_lost
inline void check_cuda(cudaError_t status, const char* what) {
    if (status != cudaSuccess) throw_cuda_failure(std::string("CUDA could not ") + what, cudaGetErrorString(status));
}

/// @param what  completes "cuBLAS could not"
/// @throws work_error, device_lost
inline void check_cublas(cublasStatus_t status, const char* what) {
    if (status != CUBLAS_STATUS_SUCCESS)
        throw_cuda_failure(std::string("cuBLAS could not ") + what, cublasGetStatusString(status));
}

/// call(), an algorithm of Thrust's, whose exceptions become the library's.
/// @throws work_error, device_lost, and whatever else call() throws
template <class Call>
auto translate_thrust_failures(const Call& call) {
    constexpr auto what = "CUDA could not run an algorithm";
    try {
        return call();
    } catch (const thrust::system_error& failure) {
        if (failure.code().category() != thrust::cuda_category()) throw_cuda_failure(what, failure.what());
        throw_cuda_failure(what, cudaGetErrorString(static_cast<cudaError_t>(failure.code().value())));
    } catch (const std::bad_alloc& failure) {
        throw_cuda_failure(what, failure.what());
    }
}

}  // namespace bouillon::detail
#endif
