// SPDX-License-Identifier: Apache-2.0
#pragma once

#if defined(__CUDACC__)
#    include <bouillon/core/blas.hpp>
#    include <bouillon/core/dtype.hpp>
#    include <bouillon/tensor/cuda_error.hpp>
#    include <bouillon/tensor/cuda_memory.hpp>
#    include <bouillon/tensor/device_product.hpp>
#    include <bouillon/tensor/element.hpp>
#    include <bouillon/tensor/precision.hpp>

#    include <cublas_v2.h>
#    include <cuda_runtime.h>

#    include <algorithm>
#    include <cassert>
#    include <cstddef>
#    include <memory>
#    include <mutex>

namespace bouillon::detail {

/// output *= beta: all that is left of a product over nothing.
template <dtype Type>
__global__ void scale_output(device_product product) {
    const std::size_t step = std::size_t{gridDim.x} * blockDim.x, size = product.batch * product.m * product.n;
    for (std::size_t i = std::size_t{blockIdx.x} * blockDim.x + threadIdx.x; i < size; i += step) {
        const std::size_t row = i / product.n, at = row / product.m * product.output.batch_step +
                                                    row % product.m * product.output.row_step + i % product.n;
        const float value = product.beta == 0 ? 0 : product.beta * load_element<float>(Type, product.output.data, at);
        store_element(Type, product.output.data, at, value);
    }
}

/// Matrix products by cuBLAS in one stream, with the memory that cuBLAS works in.
///
/// Several threads may ask for products: one at a time has the handle.
class cuda_products {
 public:
    /// @throws work_error, device_lost
    cuda_products(cuda_memory& memory, cudaStream_t stream, precision how)
        : memory_(memory), stream_(stream), precision_(how), workspace_(memory.allocate(workspace_bytes)) {
        try {
            cublasHandle_t made = nullptr;
            check_cublas(cublasCreate(&made), "start");
            handle_.reset(made);
            check_cublas(cublasSetStream(made, stream), "use a stream");
            check_cublas(cublasSetWorkspace(made, workspace_, workspace_bytes), "use its workspace");
            // Sums that are split into parts are put together in float32 too.
            constexpr int mode = CUBLAS_DEFAULT_MATH | CUBLAS_MATH_DISALLOW_REDUCED_PRECISION_REDUCTION;
            check_cublas(cublasSetMathMode(made, static_cast<cublasMath_t>(mode)), "keep sums in float32");
        } catch (...) {
            memory_.release(workspace_);
            throw;
        }
    }
    ~cuda_products() {
        handle_.reset();
        memory_.release(workspace_);
    }
    cuda_products(const cuda_products&) = delete;
    cuda_products& operator=(const cuda_products&) = delete;

    precision how() const { return precision_; }

    /// @throws input_error for a size of 2^31 or more; work_error, device_lost
    void multiply(const device_product& product) {
        assert(product.a.type == product.b.type && (product.a.type == dtype::f32 || product.a.type == dtype::bf16));
        assert(product.output.type == product.a.type || product.output.type == dtype::f32);
        if (product.m == 0 || product.n == 0 || product.batch == 0) return;
        if (product.k == 0) return scale(product);
        const std::lock_guard lock(mutex_);
        check_cublas(ask(product), "multiply matrices");
    }

 private:
    static constexpr std::size_t workspace_bytes = std::size_t{32} << 20;  // what NVIDIA advises for Hopper

    struct destroy {
        void operator()(cublasHandle_t handle) const { cublasDestroy(handle); }
    };

    static cudaDataType type_of(dtype type) { return type == dtype::bf16 ? CUDA_R_16BF : CUDA_R_32F; }

    cublasComputeType_t arithmetic(dtype factors) const {
        if (factors != dtype::f32) return CUBLAS_COMPUTE_32F;
        return precision_ == precision::tf32 ? CUBLAS_COMPUTE_32F_FAST_TF32 : CUBLAS_COMPUTE_32F_PEDANTIC;
    }

    /// cuBLAS takes a row-major matrix for its transpose: so it multiplies b' a', which is the output's transpose.
    cublasStatus_t ask(const device_product& p) const {
        const int m = blas_size(p.m), n = blas_size(p.n), k = blas_size(p.k), batch = blas_size(p.batch);
        const int a_step = blas_size(p.a.row_step), b_step = blas_size(p.b.row_step);
        const int output_step = blas_size(p.output.row_step);
        const auto b_operation = p.transpose_b ? CUBLAS_OP_T : CUBLAS_OP_N;
        const auto factors = type_of(p.a.type), output = type_of(p.output.type);
        const auto type = arithmetic(p.a.type);
        if (batch == 1)
            return cublasGemmEx(handle_.get(), b_operation, CUBLAS_OP_N, n, m, k, &p.alpha, p.b.data, factors, b_step,
                                p.a.data, factors, a_step, &p.beta, p.output.data, output, output_step, type,
                                CUBLAS_GEMM_DEFAULT);
        return cublasGemmStridedBatchedEx(handle_.get(), b_operation, CUBLAS_OP_N, n, m, k, &p.alpha, p.b.data, factors,
                                          b_step, static_cast<long long>(p.b.batch_step), p.a.data, factors, a_step,
                                          static_cast<long long>(p.a.batch_step), &p.beta, p.output.data, output,
                                          output_step, static_cast<long long>(p.output.batch_step), batch, type,
                                          CUBLAS_GEMM_DEFAULT);
    }

    void scale(const device_product& product) const {
        if (product.beta == 1) return;
        device_product copy = product;
        void* arguments[] = {&copy};
        const auto kernel = product.output.type == dtype::f32 ? scale_output<dtype::f32> : scale_output<dtype::bf16>;
        const std::size_t blocks = std::min<std::size_t>((product.batch * product.m * product.n + 255) / 256, 1024);
        check_cuda(cudaLaunchKernel(kernel, dim3(static_cast<unsigned>(blocks)), dim3(256), arguments, 0, stream_),
                   "scale a matrix");
    }

    cuda_memory& memory_;
    cudaStream_t stream_;
    precision precision_;
    std::byte* workspace_;
    std::unique_ptr<cublasContext, destroy> handle_{};
    std::mutex mutex_{};
};

}  // namespace bouillon::detail
#endif
