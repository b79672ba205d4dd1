// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/upload_ring.hpp>

#include <doctest/doctest.h>

#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace bouillon;
using namespace bouillon::detail;

namespace {

/// A device that copies as late as it may: when it is waited for.
class late_buffer {
 public:
    explicit late_buffer(std::size_t bytes) : memory_(bytes) {}
    late_buffer(const late_buffer&) = delete;
    late_buffer& operator=(const late_buffer&) = delete;
    ~late_buffer() { wait(); }

    std::span<std::byte> memory() { return memory_; }
    void send(std::byte* to, std::size_t size) {
        CHECK(size_ == 0);  // the last copy has ended
        to_ = to;
        size_ = size;
    }
    void wait() {
        std::copy_n(memory_.data(), size_, to_);
        size_ = 0;
    }

 private:
    std::vector<std::byte> memory_;
    std::byte* to_ = nullptr;
    std::size_t size_ = 0;
};

std::byte byte_at(std::size_t i) { return static_cast<std::byte>(i * 7 + i / 256); }

}  // namespace

TEST_CASE("a ring of buffers brings every byte to its place, however late the copies are") {
    for (const std::size_t buffers : {1, 2, 3})
        for (const std::size_t size : {0, 1, 63, 64, 65, 1000}) {
            std::vector<std::byte> device(size), expected(size);
            for (std::size_t i = 0; i < size; ++i) expected[i] = byte_at(i);
            {
                upload_ring<late_buffer> ring(buffers, 64);
                const std::size_t half = size / 2;  // two tensors, one after the other
                ring.fill(device.data(), half, [](std::size_t first, std::span<std::byte> part) {
                    for (std::size_t i = 0; i < part.size(); ++i) part[i] = byte_at(first + i);
                });
                ring.fill(device.data() + half, size - half, [&](std::size_t first, std::span<std::byte> part) {
                    for (std::size_t i = 0; i < part.size(); ++i) part[i] = byte_at(half + first + i);
                });
            }
            CHECK(device == expected);
        }
}

TEST_CASE("a large buffer is read by several calls, each from a multiple of 16") {
    constexpr std::size_t size = (std::size_t{5} << 20) + 3;
    std::vector<std::byte> device(size);
    std::mutex mutex;
    std::set<std::size_t> begun;
    std::size_t read = 0;
    upload_ring<late_buffer> ring(2, std::size_t{4} << 20);
    ring.fill(device.data(), size, [&](std::size_t first, std::span<std::byte> part) {
        const std::lock_guard lock(mutex);
        begun.insert(first);
        read += part.size();
    });
    CHECK(read == size);
    CHECK(begun.size() == 3);
    for (const std::size_t first : begun) CHECK(first % 16 == 0);
}

TEST_CASE("a reader's failure ends the upload, and the ring can be used again") {
    std::vector<std::byte> device(200);
    std::optional<upload_ring<late_buffer>> ring;
    ring.emplace(2, 64);
    const auto fail_at_128 = [](std::size_t first, std::span<std::byte>) {
        if (first == 128) throw std::runtime_error("gone");
    };
    CHECK_THROWS_WITH(ring->fill(device.data(), 200, fail_at_128), "gone");
    ring->fill(device.data(), 200,
               [](std::size_t, std::span<std::byte> part) { std::fill(part.begin(), part.end(), std::byte{9}); });
    ring.reset();  // waits for its copies
    for (const std::byte byte : device) CHECK(byte == std::byte{9});
}

TEST_CASE("several threads fill different memory through one ring") {
    constexpr std::size_t size = 5000;
    std::vector<std::vector<std::byte>> devices(4, std::vector<std::byte>(size));
    {
        upload_ring<late_buffer> ring(3, 64);
        std::vector<std::jthread> threads;
        for (std::size_t t = 0; t < devices.size(); ++t)
            threads.emplace_back([&ring, &device = devices[t], t] {
                ring.fill(device.data(), size, [t](std::size_t first, std::span<std::byte> part) {
                    for (std::size_t i = 0; i < part.size(); ++i) part[i] = byte_at(first + i + 1000 * t);
                });
            });
    }
    for (std::size_t t = 0; t < devices.size(); ++t) {
        bool all = true;
        for (std::size_t i = 0; i < size; ++i) all = all && devices[t][i] == byte_at(i + 1000 * t);
        CHECK(all);
    }
}

TEST_CASE("a buffer is made with what the ring is given for it") {
    struct named_buffer : late_buffer {
        named_buffer(std::size_t bytes, std::vector<int>* made) : late_buffer(bytes) { made->push_back(1); }
    };
    std::vector<int> made;
    const upload_ring<named_buffer> ring(3, 64, &made);
    CHECK(made.size() == 3);
}
