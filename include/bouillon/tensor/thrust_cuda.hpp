// SPDX-License-Identifier: Apache-2.0
#pragma once

#if defined(__CUDACC__)
#    include <bouillon/core/error.hpp>
#    include <bouillon/core/to_string.hpp>
#    include <bouillon/tensor/cuda_device.hpp>
#    include <bouillon/tensor/cuda_error.hpp>
#    include <bouillon/tensor/cuda_memory.hpp>
#    include <bouillon/tensor/cuda_products.hpp>
#    include <bouillon/tensor/cuda_rows.hpp>
#    include <bouillon/tensor/device_product.hpp>
#    include <bouillon/tensor/pinned_buffer.hpp>
#    include <bouillon/tensor/precision.hpp>
#    include <bouillon/tensor/upload_ring.hpp>

#    include <cuda_runtime.h>
#    include <thrust/system/cuda/execution_policy.h>

#    include <cstddef>
#    include <cstring>
#    include <memory>
#    include <span>
#    include <type_traits>

namespace bouillon {

/// How a thrust_cuda works.
struct thrust_cuda_options {
    bouillon::precision precision = bouillon::precision::float32;  ///< of products

    /// Of the current device, where all is done, and to outlive the system; cudaStreamLegacy is the default stream.
    /// Where this is null, the system makes a stream that waits for no other.
    cudaStream_t stream = nullptr;
};

namespace detail {

/// A stream that nothing else is ordered with, or the caller's.
class cuda_stream {
 public:
    /// @throws input_error for a stream that is another one in each thread; work_error, device_lost
    explicit cuda_stream(cudaStream_t given) : stream_(given) {
        if (given == cudaStreamPerThread) throw input_error("CUDA stream: the one per thread cannot be shared");
        if (given) return;
        check_cuda(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "make a stream");
        made_.reset(stream_);
    }
    /// What was asked for may use what goes with the stream.
    ~cuda_stream() { cudaStreamSynchronize(stream_); }
    cuda_stream(const cuda_stream&) = delete;
    cuda_stream& operator=(const cuda_stream&) = delete;

    cudaStream_t get() const { return stream_; }

 private:
    struct destroy {
        void operator()(cudaStream_t stream) const { cudaStreamDestroy(stream); }
    };

    cudaStream_t stream_;
    std::unique_ptr<std::remove_pointer_t<cudaStream_t>, destroy> made_{};
};

/// A device, a stream of it in which all work is done in the order of the calls, and what serves that work.
struct cuda_queue {
    explicit cuda_queue(const thrust_cuda_options& options)
        : device(current_cuda_device()),
          stream(options.stream),
          memory(device, stream.get()),
          scratch(memory),
          products(memory, stream.get(), options.precision),
          ring(4, std::size_t{16} << 20, stream.get()) {}

    static std::shared_ptr<cuda_queue> make(const thrust_cuda_options& options) {
        const auto end = [](cuda_queue* queue) { end_on_cuda_device(queue->device, [&] { delete queue; }); };
        return {new cuda_queue(options), end};
    }

    int device;
    cuda_stream stream;
    cuda_memory memory;
    cuda_scratch scratch;
    cuda_products products;
    upload_ring<pinned_buffer> ring;
};

}  // namespace detail

/// A CUDA device that works in one stream, with cuBLAS for matrix products (thrust_system.hpp says what a system is).
///
/// The device is the one that is current where the system is made; later its calls make it the current one for as long
/// as they last. Calls return before the device has done what they ask for, but for `download` and `wait`; what a call
/// asks for begins when what earlier calls asked for has ended, in whatever threads they were made. Nothing else waits
/// for it, and it waits for nothing else but what `wait_for` was given, unless the stream is the caller's.
///
/// Copies are one and the same system, and several threads may use it at once, while no two write the same memory.
///
/// All functions but `release` throw work_error for what CUDA, cuBLAS or Thrust could not do, with their reason, and
/// device_lost once the device answers no more; an error of what runs on the device is found by a later call.
class thrust_cuda {
 public:
    /// Thrust's tag of where its arrays lie.
    using memory = thrust::cuda::tag;
    static constexpr bool on_device = true;  ///< Elements are device functors.

    /// Starts cuBLAS on the current device, whose memory it takes as it needs it and keeps.
    /// @throws work_error where there is no device
    thrust_cuda() : thrust_cuda(thrust_cuda_options{}) {}
    /// On the device that is current.
    explicit thrust_cuda(const thrust_cuda_options& options) : queue_(detail::cuda_queue::make(options)) {}

    /// How it multiplies matrices.
    bouillon::precision precision() const { return queue_->products.how(); }
    /// CUDA's number of the device.
    int device() const { return queue_->device; }
    /// In which all is done.
    cudaStream_t stream() const { return queue_->stream.get(); }

    /// How Thrust's algorithms run: in the stream, without a wait at their end. Call them in `run`.
    auto policy() const { return thrust::cuda::par_nosync(queue_->scratch).on(stream()); }

    /// Calls call(), an algorithm of Thrust's with this policy.
    /// @returns what it returns
    template <class Call>
    auto run(const Call& call) const {
        const auto current = use_device();
        return detail::translate_thrust_failures(call);
    }

    /// What is asked for from now on begins after an event of any stream.
    void wait_for(cudaEvent_t event) const {
        const auto current = use_device();
        detail::check_cuda(cudaStreamWaitEvent(stream(), event, 0), "wait for an event");
    }

    /// Returns when all that was asked for is done.
    void wait() const {
        const auto current = use_device();
        detail::check_cuda(cudaStreamSynchronize(stream()), "do what it was asked for");
    }

    /// @returns memory of the device at a multiple of 256 bytes, not written
    /// @throws work_error, with the bytes that were asked for and those that are free
    std::byte* allocate(std::size_t bytes) const {
        const auto current = use_device();
        return queue_->memory.allocate(bytes);
    }

    /// Takes memory back once the device has done what it was asked for.
    void release(std::byte* allocated) const noexcept {
        detail::end_on_cuda_device(device(), [&] { queue_->memory.release(allocated); });
    }

    /// Copies host memory, which may be written again on return.
    void upload(std::span<const std::byte> host, std::byte* destination) const {
        fill(destination, host.size(), [&](std::size_t first, std::span<std::byte> part) {
            std::memcpy(part.data(), host.data() + first, part.size());
        });
    }

    /// Copies to host memory, and returns when all is there.
    void download(const std::byte* source, std::span<std::byte> host) const {
        const auto current = use_device();
        detail::check_cuda(cudaMemcpyAsync(host.data(), source, host.size(), cudaMemcpyDeviceToHost, stream()),
                           "copy to the host");
        detail::check_cuda(cudaStreamSynchronize(stream()), "copy to the host");
    }

    /// Writes device memory with what a reader gives (fill.hpp), read into page-locked buffers in turn.
    template <class Read>
    void fill(std::byte* destination, std::size_t size, const Read& read) const {
        const auto current = use_device();
        queue_->ring.fill(destination, size, read);
    }

    /// Asks whether the device can read what lies at an address.
    /// @throws input_error unless it is memory of this device, or managed by CUDA
    void check_readable(const std::byte* address) const {
        const auto current = use_device();
        cudaPointerAttributes found{};
        detail::check_cuda(cudaPointerGetAttributes(&found, address), "tell whose memory it is to read");
        if (found.type == cudaMemoryTypeManaged) return;
        if (found.type != cudaMemoryTypeDevice)
            throw input_error("memory to read: host memory cannot be read by CUDA device " + to_string(device()));
        if (found.device != device())
            throw input_error("memory to read: memory of CUDA device " + to_string(found.device) +
                              " cannot be read by CUDA device " + to_string(device()));
    }

    /// @returns the bytes of the device's memory that can still be allocated
    std::size_t free_memory() const {
        const auto current = use_device();
        return queue_->memory.free_bytes();
    }

    /// @throws input_error for a size of 2^31 or more
    void multiply(const detail::device_product& product) const {
        const auto current = use_device();
        queue_->products.multiply(product);
    }

    /// As cuda_rows.hpp has it.
    /// @throws input_error for 2^31 rows or more
    template <class Operation>
    void reduce_rows(std::size_t rows, const Operation& operation) const {
        const auto current = use_device();
        detail::reduce_rows_by_blocks(rows, operation, stream());
    }

 private:
    detail::cuda_device_guard use_device() const { return detail::cuda_device_guard(device()); }

    std::shared_ptr<detail::cuda_queue> queue_;
};

}  // namespace bouillon
#endif
