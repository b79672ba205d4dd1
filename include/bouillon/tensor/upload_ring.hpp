// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/tensor/fill.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

namespace bouillon::detail {

/// A few buffers of host memory through which bytes go to a device in turn: while one is copied the next is read.
///
/// A `Buffer(bytes)` has `memory()`, a span of so many bytes; `send(destination, size)`, which starts a copy of its
/// first bytes to the device and returns; and `wait()`, until that copy has ended. Copies of one ring end in order, and
/// before whatever else the device is asked for later begins.
template <class Buffer>
class upload_ring {
 public:
    explicit upload_ring(std::size_t buffers = 4, std::size_t bytes = std::size_t{16} << 20) {
        for (std::size_t i = 0; i < buffers; ++i) buffers_.emplace_back(bytes);
    }

    /// Writes `size` bytes of the device's memory at `destination` with what a reader gives (fill.hpp).
    template <class Read>
    void fill(std::byte* destination, std::size_t size, const Read& read) {
        for (std::size_t done = 0; done < size;) {
            Buffer& buffer = buffers_[next_];
            next_ = (next_ + 1) % buffers_.size();
            buffer.wait();
            const auto block = buffer.memory().first(std::min(buffer.memory().size(), size - done));
            read_parts(block, thread_count(0),
                       [&](std::size_t first, std::span<std::byte> part) { read(done + first, part); });
            buffer.send(destination + done, block.size());
            done += block.size();
        }
    }

 private:
    std::vector<Buffer> buffers_;
    std::size_t next_ = 0;
};

}  // namespace bouillon::detail
