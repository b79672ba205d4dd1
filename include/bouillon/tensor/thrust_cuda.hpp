// SPDX-License-Identifier: Apache-2.0
#pragma once

#if defined(__CUDACC__)
#    include <bouillon/core/error.hpp>
#    include <bouillon/tensor/thrust_backend.hpp>
#    include <bouillon/tensor/upload_ring.hpp>

#    include <cublas_v2.h>
#    include <cuda_runtime.h>
#    include <thrust/system/cuda/execution_policy.h>

#    include <memory>
#    include <span>
#    include <string>
#    include <type_traits>
#    include <utility>

namespace bouillon {

namespace detail {

inline void check_cublas(cublasStatus_t status, const char* what) {
    if (status != CUBLAS_STATUS_SUCCESS)
        throw work_error("cuBLAS could not " + std::string(what) + ": " + cublasGetStatusString(status));
}

inline void check_cuda(cudaError_t status, const char* what) {
    if (status != cudaSuccess)
        throw work_error("CUDA could not " + std::string(what) + ": " + cudaGetErrorString(status));
}

/// Page-locked host memory, which a device reads by itself while the processor goes on: a buffer of an upload_ring.
class pinned_buffer {
 public:
    explicit pinned_buffer(std::size_t bytes) {
        void* made = nullptr;
        check_cuda(cudaMallocHost(&made, bytes), "lock host memory");
        memory_ = {std::unique_ptr<std::byte, release_memory>(static_cast<std::byte*>(made)), bytes};
        cudaEvent_t event = nullptr;
        check_cuda(cudaEventCreateWithFlags(&event, cudaEventDisableTiming), "make an event");
        copied_.reset(event);
    }

    std::span<std::byte> memory() { return {memory_.first.get(), memory_.second}; }

    /// On the default stream: before whatever is launched there later.
    void send(std::byte* destination, std::size_t size) {
        check_cuda(cudaMemcpyAsync(destination, memory_.first.get(), size, cudaMemcpyHostToDevice, cudaStreamLegacy),
                   "copy to the device");
        check_cuda(cudaEventRecord(copied_.get(), cudaStreamLegacy), "record an event");
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

    std::pair<std::unique_ptr<std::byte, release_memory>, std::size_t> memory_;
    std::unique_ptr<std::remove_pointer_t<cudaEvent_t>, release_event> copied_;
};

/// Asks for a device.
/// @throws work_error, with CUDA's reason, where there is no device
inline void require_cuda_device() {
    int devices = 0;
    const auto status = cudaGetDeviceCount(&devices);
    if (status != cudaSuccess) throw work_error(std::string("no CUDA device: ") + cudaGetErrorString(status));
    if (devices == 0) throw work_error("no CUDA device: none is visible to this program");
}

}  // namespace detail

/// The current CUDA device, its default stream, and cuBLAS for matrix products in full single precision.
///
/// Copies share a cuBLAS handle and buffers for uploads, and must not be used by several threads at once.
class thrust_cuda {
 public:
    using memory = thrust::cuda::tag;
    static constexpr bool on_device = true;
    static auto policy() { return thrust::cuda::par; }

    /// Starts cuBLAS on the current device.
    /// @throws work_error where there is no device
    thrust_cuda() {
        detail::require_cuda_device();
        cublasHandle_t made = nullptr;
        detail::check_cublas(cublasCreate(&made), "start");
        handle_.reset(made, [](cublasHandle_t handle) { cublasDestroy(handle); });
        detail::check_cublas(cublasSetMathMode(made, CUBLAS_PEDANTIC_MATH), "turn TF32 off");
        ring_ = std::make_shared<detail::upload_ring<detail::pinned_buffer>>();
    }

    /// Writes device memory with what a reader gives (fill.hpp), read into page-locked buffers in turn.
    template <class Read>
    void fill(std::byte* destination, std::size_t size, const Read& read) const {
        ring_->fill(destination, size, read);
    }

    /// Bytes of the device's memory that are free.
    std::size_t free_memory() const {
        std::size_t free = 0, total = 0;
        detail::check_cuda(cudaMemGetInfo(&free, &total), "tell how much memory is free");
        return free;
    }

    /// As core/blas.hpp has it, for matrices on the device: a row-major matrix is its transpose to cuBLAS.
    void gemm(bool transpose_a, bool transpose_b, std::size_t m, std::size_t n, std::size_t k, float alpha,
              const float* a, std::size_t lda, const float* b, std::size_t ldb, float beta, float* c,
              std::size_t ldc) const {
        if (m == 0 || n == 0) return;
        const auto operation = [](bool transpose) { return transpose ? CUBLAS_OP_T : CUBLAS_OP_N; };
        detail::check_cublas(
            cublasSgemm(handle_.get(), operation(transpose_b), operation(transpose_a), detail::blas_size(n),
                        detail::blas_size(m), detail::blas_size(k), &alpha, b, detail::blas_size(ldb), a,
                        detail::blas_size(lda), &beta, c, detail::blas_size(ldc)),
            "multiply matrices");
    }

 private:
    std::shared_ptr<cublasContext> handle_;
    std::shared_ptr<detail::upload_ring<detail::pinned_buffer>> ring_;
};

static_assert(viewing_backend<thrust_backend<thrust_cuda>> && filling_backend<thrust_backend<thrust_cuda>>);
static_assert(language_model_backend<thrust_backend<thrust_cuda>>);

}  // namespace bouillon
#endif
