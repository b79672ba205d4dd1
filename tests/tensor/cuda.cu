// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/thrust_cuda.hpp>

#include "language_model_conformance.hpp"

#include <thrust/device_vector.h>

using namespace bouillon;

namespace {

bool has_device() {
    int devices = 0;
    const bool found = cudaGetDeviceCount(&devices) == cudaSuccess && devices > 0;
    if (!found) MESSAGE("skipped: no CUDA device here");
    return found;
}

/// Inputs in place are inputs in the device's memory here, so the suite's host tensors are always uploaded.
struct uploading_cuda_backend : thrust_backend<thrust_cuda> {
    tensor view(tensor_view) const = delete;
};

}  // namespace

TEST_CASE("thrust_backend is a tensor backend on CUDA") {
    if (has_device()) conformance::check_tensor_backend(uploading_cuda_backend{});
}

TEST_CASE("thrust_backend runs language models on CUDA") {
    if (has_device()) conformance::check_language_model_backend(uploading_cuda_backend{});
}

TEST_CASE("a device vector is viewed where it lies") {
    if (!has_device()) return;
    const thrust_backend<thrust_cuda> backend;
    const thrust::device_vector<float> values(5, 1.5f);
    const auto viewed = backend.view(values);
    auto sum = backend.allocate(5, dtype::f32);
    const std::array<const thrust_backend<thrust_cuda>::tensor*, 2> inputs = {&viewed, &viewed};
    backend.weighted_sum(inputs, std::array<double, 2>{1.0, 2.0}, sum);
    std::array<float, 5> result{};
    backend.download(sum, std::as_writable_bytes(std::span(result)));
    for (const float value : result) CHECK(value == 4.5f);
}
