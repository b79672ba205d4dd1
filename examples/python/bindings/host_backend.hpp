// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/parallel.hpp>
#include <bouillon/tensor/concept.hpp>
#include <bouillon/tensor/fill.hpp>
#include <bouillon/tensor/flat_tensor.hpp>
#include <bouillon/tensor/weighted_sum.hpp>

#include "bindings/interruptible.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <span>
#include <utility>

/// A flat tensor in host memory whose memory may outlive it, as that of an array of Python's, and may be one.
class host_tensor {
 public:
    host_tensor() = default;
    /// @param memory (bytes), kept as long as this; a null pointer for a tensor whose sums nobody wants
    host_tensor(std::shared_ptr<std::byte> memory, std::size_t elements, bouillon::dtype type)
        : memory_(std::move(memory)), size_(elements), type_(type) {}

    std::size_t size() const { return size_; }
    bouillon::dtype type() const { return type_; }
    bouillon::tensor_view view() const { return {memory_.get(), size_, type_}; }
    bouillon::mutable_tensor_view writable() const { return {memory_.get(), size_, type_}; }
    bool wanted() const { return memory_ || size_ == 0; }
    const std::shared_ptr<std::byte>& memory() const { return memory_; }

 private:
    std::shared_ptr<std::byte> memory_;
    std::size_t size_ = 0;
    bouillon::dtype type_ = bouillon::dtype::f32;
};

/// Merges in host memory, in memory of its own or where Python has its tensors. Its calls throw `interrupted` where the
/// work that they belong to is to end (interruptible.hpp).
class host_backend {
 public:
    using tensor = host_tensor;

    /// @param threads 0: all
    explicit host_backend(std::size_t threads) : threads_(bouillon::thread_count(threads)) {}

    tensor allocate(std::size_t elements, bouillon::dtype type) const {
        constexpr std::size_t line = 64;  // bytes that a processor reads at once
        require_wanted();
        const std::size_t bytes = bouillon::detail::storage_bytes(elements, type);
        auto* const memory = static_cast<std::byte*>(std::aligned_alloc(line, (bytes / line + 1) * line));
        if (!memory) throw std::bad_alloc();
        return {{memory, [](std::byte* dropped) { std::free(dropped); }}, elements, type};
    }
    tensor upload(std::span<const std::byte> host, bouillon::dtype type) const {
        auto result = allocate(host.size() * 8 / bouillon::bits(type), type);
        std::ranges::copy(host, result.writable().data);
        return result;
    }
    tensor view(bouillon::tensor_view memory) const {  // an input, which is never written
        return {{const_cast<std::byte*>(memory.data), [](std::byte*) {}}, memory.size, memory.type};
    }
    void weighted_sum(std::span<const tensor* const> inputs, std::span<const double> coefficients,
                      const tensor& output) const {
        require_wanted();
        if (output.wanted())
            bouillon::weighted_sum(bouillon::detail::views_of(inputs), coefficients, output.writable(), threads_);
    }
    template <class Read>
    void fill(tensor& output, const Read& read) const {
        require_wanted();
        bouillon::detail::read_parts(
            {output.writable().data, bouillon::detail::storage_bytes(output.size(), output.type())}, threads_, read);
    }
    void download(const tensor& stored, std::span<std::byte> host) const {
        bouillon::detail::check_download(stored.view(), host.size());
        std::ranges::copy(std::span(stored.view().data, host.size()), host.begin());
    }

 private:
    static void require_wanted() {
        if (const auto* const stop = stop_of_this_thread(); stop && *stop)
            throw bouillon::interrupted("the merge was interrupted");
    }

    std::size_t threads_;
};

static_assert(bouillon::viewing_backend<host_backend> && bouillon::filling_backend<host_backend>);
