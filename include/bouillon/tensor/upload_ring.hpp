// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/tensor/fill.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <deque>
#include <mutex>
#include <span>

namespace bouillon::detail {

/// A few buffers of host memory through which bytes go to a device in turn: while one is copied the next is read.
///
/// A `Buffer(bytes, arguments...)` has `memory()`, a span of so many bytes; `send(destination, size)`, which starts a
/// copy of its first bytes to the device and returns; and `wait()`, until that copy has ended. Copies end before
/// whatever else the device is asked for later begins.
///
/// Several threads may fill different memory at once: each has the buffers that it reads into to itself.
template <class Buffer>
class upload_ring {
 public:
    /// @param bytes      of a buffer
    /// @param arguments  what else a buffer is made of
    template <class... Arguments>
    explicit upload_ring(std::size_t buffers = 4, std::size_t bytes = std::size_t{16} << 20,
                         const Arguments&... arguments) {
        for (std::size_t i = 0; i < buffers; ++i) places_.emplace_back(bytes, arguments...);
    }

    /// Writes `size` bytes of the device's memory at `destination` with what a reader gives (fill.hpp).
    template <class Read>
    void fill(std::byte* destination, std::size_t size, const Read& read) {
        for (std::size_t done = 0; done < size;) {
            place& next = places_[next_++ % places_.size()];
            const std::lock_guard lock(next.mutex);
            next.buffer.wait();
            const auto memory = next.buffer.memory();
            const auto block = memory.first(std::min(memory.size(), size - done));
            read_parts(block, thread_count(0),
                       [&](std::size_t first, std::span<std::byte> part) { read(done + first, part); });
            next.buffer.send(destination + done, block.size());
            done += block.size();
        }
    }

 private:
    struct place {
        template <class... Arguments>
        explicit place(const Arguments&... arguments) : buffer(arguments...) {}

        Buffer buffer;
        std::mutex mutex{};
    };

    std::deque<place> places_{};
    std::atomic<std::size_t> next_ = 0;
};

}  // namespace bouillon::detail
