// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/thrust_cuda.hpp>

#include <bouillon/tensor/thrust_array.hpp>
#include <bouillon/tensor/thrust_system.hpp>

#include <cuda_here.hpp>

#include <thrust/functional.h>
#include <thrust/iterator/counting_iterator.h>
#include <thrust/transform_reduce.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

using namespace bouillon;
using namespace bouillon::detail;

namespace {

using floats = thrust_array<thrust_cuda, float>;

struct write_index {
    float* data;
    __host__ __device__ void operator()(std::size_t i) const { data[i] = static_cast<float>(i); }
};
struct add_to {
    const float* data;
    float* sums;
    __host__ __device__ void operator()(std::size_t i) const { sums[i] += data[i]; }
};
struct element_of {
    const float* data;
    __host__ __device__ double operator()(std::size_t i) const { return data[i]; }
};
struct row_sums {
    using value = float;
    const float* data;
    float* sums;
    std::size_t width;
    __host__ __device__ float nothing() const { return 0; }
    __host__ __device__ float merge(float a, float b) const { return a + b; }
    __host__ __device__ std::size_t steps() const { return width; }
    __host__ __device__ float read(std::size_t row, std::size_t step) const { return data[row * width + step]; }
    __host__ __device__ float finish(std::size_t row, float sum) const { return sums[row] = sum; }
    __host__ __device__ void write(std::size_t, std::size_t, float) const {}
};

std::vector<float> download(const thrust_cuda& system, const floats& array) {
    std::vector<float> host(array.size());
    copy_to_host(system, array.data(), std::span<float>(host));
    return host;
}

double sum_of(const thrust_cuda& system, const floats& array) {
    const thrust::counting_iterator<std::size_t> first(0);
    return system.run([&] {
        return thrust::transform_reduce(system.policy(), first, first + array.size(), element_of{array.data()}, 0.0,
                                        thrust::plus<double>());
    });
}

/// What this program prints when it runs a test case that is skipped otherwise, in a process of its own.
std::string output_of(const char* test_case) {
    const std::string program = std::filesystem::read_symlink("/proc/self/exe");
    const std::string command = "'" + program + "' --no-skip --test-case='" + test_case + "' 2>&1";
    std::string output;
    if (std::FILE* const pipe = ::popen(command.c_str(), "r")) {
        for (std::array<char, 500> part{}; std::fgets(part.data(), part.size(), pipe);) output += part.data();
        output += "\nstatus " + std::to_string(::pclose(pipe));
    }
    return output;
}

}  // namespace

TEST_CASE("work is done in the order of the calls, by whatever copy of the system") {
    if (!has_device()) return;
    const thrust_cuda system;
    const thrust_cuda copy = system;
    constexpr std::size_t size = 1000;
    floats values(system, size), sums(copy, std::vector<float>(size, 1.0f));
    thrust_loop<thrust_cuda>{system}(size, write_index{values.data()});
    thrust_loop<thrust_cuda>{copy}(size, add_to{values.data(), sums.data()});
    floats rows(system, 10);
    copy.reduce_rows(10, row_sums{sums.data(), rows.data(), 100});
    system.wait();
    CHECK(sum_of(copy, sums) == 1000 * 999 / 2 + 1000);
    const auto result = download(system, rows);
    for (std::size_t row = 0; row < 10; ++row) CHECK(result[row] == 10000 * static_cast<float>(row) + 4950 + 100);
    CHECK(copy.stream() == system.stream());
    CHECK(system.stream() != cudaStreamLegacy);
}

TEST_CASE("what was uploaded may be written again at once, page-locked or not") {
    if (!has_device()) return;
    const thrust_cuda system;
    floats array(system, 100);
    std::vector<float> host(100, 1.0f);
    copy_to_system(system, std::span<const float>(host), array.data());
    std::fill(host.begin(), host.end(), 2.0f);
    CHECK(download(system, array) == std::vector<float>(100, 1.0f));

    float* pinned = nullptr;
    REQUIRE(cudaMallocHost(&pinned, 400) == cudaSuccess);
    std::fill_n(pinned, 100, 3.0f);
    copy_to_system(system, std::span<const float>(pinned, 100), array.data());
    std::fill_n(pinned, 100, 4.0f);
    CHECK(download(system, array) == std::vector<float>(100, 3.0f));
    cudaFreeHost(pinned);
}

TEST_CASE("the default stream can be the system's, and is not destroyed with it") {
    if (!has_device()) return;
    {
        const thrust_cuda system({.stream = cudaStreamLegacy});
        CHECK(system.stream() == cudaStreamLegacy);
        floats values(system, 10);
        thrust_loop<thrust_cuda>{system}(10, write_index{values.data()});
        CHECK(download(system, values)[9] == 9);
    }
    CHECK(cudaStreamSynchronize(cudaStreamLegacy) == cudaSuccess);
    CHECK_THROWS_AS(thrust_cuda({.stream = cudaStreamPerThread}), input_error);
}

TEST_CASE("what a caller's stream does before an event is done before what the system is asked for then") {
    if (!has_device()) return;
    const thrust_cuda system;
    cudaStream_t stream = nullptr;
    cudaEvent_t event = nullptr;
    float* written = nullptr;
    REQUIRE(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking) == cudaSuccess);
    REQUIRE(cudaEventCreateWithFlags(&event, cudaEventDisableTiming) == cudaSuccess);
    REQUIRE(cudaMalloc(&written, 4000) == cudaSuccess);
    REQUIRE(cudaMemsetAsync(written, 0, 4000, stream) == cudaSuccess);
    REQUIRE(cudaEventRecord(event, stream) == cudaSuccess);
    system.wait_for(event);
    floats sums(system, std::vector<float>(1000, 1.0f));
    thrust_loop<thrust_cuda>{system}(1000, add_to{written, sums.data()});
    CHECK(download(system, sums) == std::vector<float>(1000, 1.0f));
    cudaFree(written);
    cudaEventDestroy(event);
    cudaStreamDestroy(stream);
}

TEST_CASE("a system stays with its device in any thread, whichever device is current there") {
    if (!has_two_devices()) return;
    REQUIRE(cudaSetDevice(1) == cudaSuccess);
    const thrust_cuda system({.precision = precision::tf32});
    REQUIRE(cudaSetDevice(0) == cudaSuccess);
    CHECK(system.device() == 1);
    CHECK(system.precision() == precision::tf32);
    bool right = false;
    std::jthread([&] {  // begins on device 0
        floats values(system, 100), rows(system, 10), product(system, 100);
        cudaPointerAttributes found{};
        cudaPointerGetAttributes(&found, values.data());
        thrust_loop<thrust_cuda>{system}(100, write_index{values.data()});
        system.reduce_rows(10, row_sums{values.data(), rows.data(), 10});
        const auto bytes = [](const floats& array) { return reinterpret_cast<const std::byte*>(array.data()); };
        system.multiply({.m = 10,
                         .n = 10,
                         .k = 10,
                         .a = {bytes(values), dtype::f32, 10, 0},
                         .b = {bytes(values), dtype::f32, 10, 0},
                         .output = {reinterpret_cast<std::byte*>(product.data()), dtype::f32, 10, 0}});
        int current = -1;
        cudaGetDevice(&current);
        right = found.device == 1 && current == 0 && download(system, rows)[1] == 145 && sum_of(system, values) == 4950;
    })
        .join();
    CHECK(right);
}

TEST_CASE("several threads fill, compute and read at once") {
    if (!has_device()) return;
    const thrust_cuda system;
    constexpr std::size_t size = (std::size_t{10} << 20) + 7;  // together more than the buffers hold
    std::array<bool, 4> right{};
    {
        std::vector<std::jthread> threads;
        for (std::size_t t = 0; t < right.size(); ++t)
            threads.emplace_back([&system, &right, t] {
                thrust_array<thrust_cuda, std::byte> bytes(system, size);
                floats sums(system, std::vector<float>(300, static_cast<float>(t)));
                system.fill(bytes.data(), size, [t](std::size_t first, std::span<std::byte> part) {
                    for (std::size_t i = 0; i < part.size(); ++i)
                        part[i] = static_cast<std::byte>((first + i) % 251 + t);
                });
                const double sum = sum_of(system, sums);
                std::vector<std::byte> host(size);
                system.download(bytes.data(), host);
                bool all = sum == 300.0 * static_cast<double>(t);
                for (std::size_t i = 0; i < size; ++i) all = all && host[i] == static_cast<std::byte>(i % 251 + t);
                right[t] = all;
            });
    }
    for (const bool one : right) CHECK(one);
}

TEST_CASE("what the device cannot read is refused by what it is") {
    if (!has_device()) return;
    const thrust_cuda system;
    const floats array(system, 10);
    CHECK_NOTHROW(system.check_readable(reinterpret_cast<const std::byte*>(array.data() + 3)));
    std::byte* managed = nullptr;
    REQUIRE(cudaMallocManaged(&managed, 100) == cudaSuccess);
    CHECK_NOTHROW(system.check_readable(managed));
    cudaFree(managed);
    const std::vector<std::byte> host(100);
    CHECK_THROWS_WITH_AS(system.check_readable(host.data()),
                         "memory to read: host memory cannot be read by CUDA device 0", input_error);
    if (!has_two_devices()) return;
    REQUIRE(cudaSetDevice(1) == cudaSuccess);
    const thrust_cuda other;
    REQUIRE(cudaSetDevice(0) == cudaSuccess);
    CHECK_THROWS_WITH_AS(other.check_readable(reinterpret_cast<const std::byte*>(array.data())),
                         "memory to read: memory of CUDA device 0 cannot be read by CUDA device 1", input_error);
}

TEST_CASE("an algorithm's memory is taken once") {
    if (!has_device()) return;
    const thrust_cuda system;
    const floats array(system, std::vector<float>(1000, 1.0f));
    CHECK(sum_of(system, array) == 1000);
    const std::size_t free = system.free_memory();
    for (int i = 0; i < 5; ++i) CHECK(sum_of(system, array) == 1000);
    CHECK(system.free_memory() == free);
}

TEST_CASE("memory that there is not is a work_error, and the system works on") {
    if (!has_device()) return;
    const thrust_cuda system;
    CHECK(system.free_memory() > 0);
    CHECK_THROWS_AS(floats(system, std::size_t{1} << 50), work_error);
    const floats array(system, std::vector<float>(1000, 1.0f));
    CHECK(sum_of(system, array) == 1000);
}

TEST_CASE("the process that loses its device" * doctest::skip()) {
    const thrust_cuda system;
    floats array(system, 10);  // released while the device is lost
    thrust_loop<thrust_cuda>{system}(10, write_index{nullptr});
    const auto is_lost = [](const auto& call) {
        try {
            call();
        } catch (const device_lost& failure) {
            std::printf("LOST %s\n", failure.what());
            return true;
        }
        return false;
    };
    CHECK(is_lost([&] { system.wait(); }));
    CHECK(is_lost([&] { system.free_memory(); }));
    CHECK(is_lost([&] { floats(system, 10); }));
    CHECK(is_lost([&] { download(system, array); }));
    CHECK(is_lost([&] { sum_of(system, array); }));
}

TEST_CASE("a device that is lost by an error of a kernel is told, and nothing is thrown where memory is released") {
    if (!has_device()) return;
    const std::string output = output_of("the process that loses its device");
    INFO(output);
    CHECK(output.find("LOST CUDA device 0 can be used no more by this program: ") != std::string::npos);
    CHECK(output.find("1 passed") != std::string::npos);
    CHECK(output.ends_with("\nstatus 0"));
}
