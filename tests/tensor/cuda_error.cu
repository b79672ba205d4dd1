// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/cuda_error.hpp>

#include <cuda_here.hpp>

#include <string>

using namespace bouillon;
using namespace bouillon::detail;

TEST_CASE("what CUDA cannot do is a work_error with its reason, and is not reported again") {
    if (!has_device()) return;
    void* memory = nullptr;
    const auto status = cudaMalloc(&memory, std::size_t{1} << 60);
    const std::string expected = std::string("CUDA could not allocate: ") + cudaGetErrorString(status);
    CHECK_THROWS_WITH_AS(check_cuda(status, "allocate"), expected.c_str(), work_error);
    CHECK(cudaPeekAtLastError() == cudaSuccess);
    CHECK_NOTHROW(check_cuda(cudaSuccess, "fail"));
}

TEST_CASE("what cuBLAS cannot do is a work_error with its reason") {
    if (!has_device()) return;
    CHECK_THROWS_AS(check_cublas(CUBLAS_STATUS_NOT_SUPPORTED, "multiply"), work_error);
    CHECK_NOTHROW(check_cublas(CUBLAS_STATUS_SUCCESS, "multiply"));
}

TEST_CASE("what an algorithm of Thrust throws is a work_error with CUDA's reason") {
    if (!has_device()) return;
    const std::string reason = cudaGetErrorString(cudaErrorInvalidValue);
    CHECK_THROWS_WITH_AS(translate_thrust_failures([] {
                             throw thrust::system_error(cudaErrorInvalidValue, thrust::cuda_category(), "sort");
                         }),
                         ("CUDA could not run an algorithm: " + reason).c_str(), work_error);
    CHECK_THROWS_AS(translate_thrust_failures([] { throw std::bad_alloc(); }), work_error);
}

TEST_CASE("what a call in place of an algorithm returns or throws itself is left as it is") {
    CHECK(translate_thrust_failures([] { return 7; }) == 7);
    CHECK_THROWS_AS(translate_thrust_failures([] { throw input_error("no"); }), input_error);
}
