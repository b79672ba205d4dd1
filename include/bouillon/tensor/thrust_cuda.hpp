// SPDX-License-Identifier: Apache-2.0
#pragma once

#if defined(__CUDACC__)
#    include <bouillon/core/error.hpp>
#    include <bouillon/tensor/thrust_backend.hpp>

#    include <cublas_v2.h>
#    include <thrust/system/cuda/execution_policy.h>

#    include <memory>
#    include <string>

namespace bouillon {

namespace detail {

inline void check_cublas(cublasStatus_t status, const char* what) {
    if (status != CUBLAS_STATUS_SUCCESS)
        throw work_error("cuBLAS could not " + std::string(what) + ": " + cublasGetStatusString(status));
}

}  // namespace detail

/// The current CUDA device, its default stream, and cuBLAS for matrix products in full single precision. Copies share
/// one cuBLAS handle and must not be used by several threads at once.
class thrust_cuda {
 public:
    using memory = thrust::cuda::tag;
    static constexpr bool on_device = true;
    static auto policy() { return thrust::cuda::par; }

    /// Throws work_error where there is no device.
    thrust_cuda() {
        cublasHandle_t made = nullptr;
        detail::check_cublas(cublasCreate(&made), "start");
        handle_.reset(made, [](cublasHandle_t handle) { cublasDestroy(handle); });
        detail::check_cublas(cublasSetMathMode(made, CUBLAS_PEDANTIC_MATH), "turn TF32 off");
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
};

static_assert(viewing_backend<thrust_backend<thrust_cuda>> && language_model_backend<thrust_backend<thrust_cuda>>);

}  // namespace bouillon
#endif
