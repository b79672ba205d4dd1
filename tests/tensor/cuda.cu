// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/thrust_cuda.hpp>

#include <bouillon/tensor/thrust_backend.hpp>
#include <bouillon/testing/backend.hpp>
#include <bouillon/testing/language_model_backend.hpp>

#include <check_laws.hpp>
#include <cuda_here.hpp>

#include <thrust/device_vector.h>

#include <cmath>
#include <vector>

using namespace bouillon;

static_assert(viewing_backend<thrust_backend<thrust_cuda>> && filling_backend<thrust_backend<thrust_cuda>>);
static_assert(language_model_backend<thrust_backend<thrust_cuda>>);

namespace {

/// Inputs in place are inputs in the device's memory here, so the suite's host tensors are always uploaded.
struct uploading_cuda_backend : thrust_backend<thrust_cuda> {
    tensor view(tensor_view) const = delete;
};

}  // namespace

TEST_CASE("thrust_backend is a tensor backend on CUDA") {
    if (has_device()) check_laws(backend_violations(uploading_cuda_backend{}));
}

TEST_CASE("thrust_backend runs language models on CUDA") {
    if (has_device()) check_laws(language_model_backend_violations(uploading_cuda_backend{}));
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

TEST_CASE("device memory is filled through the ring, and what is launched later finds it there") {
    if (!has_device()) return;
    const thrust_backend<thrust_cuda> backend;
    CHECK(backend.free_memory() > 0);
    constexpr std::size_t size = (std::size_t{80} << 20) + 5;  // more than the buffers hold
    auto first = backend.allocate(size, dtype::f16), second = backend.allocate(size, dtype::f16);
    for (auto* tensor : {&first, &second})
        fill(backend, *tensor, [](std::size_t begin, std::span<std::byte> part) {
            for (std::size_t i = 0; i < part.size(); i += 2)
                store_element(dtype::f16, part.data() + i, 0, static_cast<float>((begin + i) / 2 % 1000));
        });
    const std::array<const thrust_backend<thrust_cuda>::tensor*, 2> inputs = {&first, &second};
    backend.weighted_sum(inputs, std::array<double, 2>{1.0, 1.0}, first);
    std::vector<std::byte> host(2 * size);
    backend.download(first, host);
    bool all = true;
    for (std::size_t i = 0; i < size; ++i)
        all = all && load_element<float>(dtype::f16, host.data(), i) == static_cast<float>(2 * (i % 1000));
    CHECK(all);
}

TEST_CASE("norms and distances on CUDA have the bits of a host system's") {
    if (!has_device()) return;
    const thrust_backend<thrust_cuda> device;
    const thrust_backend<thrust_sequential> host;
    std::vector<float> a(5001), b(5001);
    for (std::size_t i = 0; i < a.size(); ++i)
        a[i] = std::sin(static_cast<float>(i)) * 1e4f, b[i] = std::cos(static_cast<float>(3 * i));
    const auto bytes = [](const std::vector<float>& values) { return std::as_bytes(std::span(values)); };
    const auto on_device = device.upload(bytes(a), dtype::f32);
    const auto on_host = host.upload(bytes(a), dtype::f32);
    CHECK(device.norm(on_device) == host.norm(on_host));
    CHECK(device.distance(on_device, device.upload(bytes(b), dtype::f32)) ==
          host.distance(on_host, host.upload(bytes(b), dtype::f32)));
    CHECK(device.count_non_finite(on_device) == 0);
    a[7] = NAN;
    CHECK(device.count_non_finite(device.upload(bytes(a), dtype::f32)) == 1);
}
