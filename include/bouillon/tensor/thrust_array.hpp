// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <thrust/copy.h>
#include <thrust/memory.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <span>

namespace bouillon::detail {

/// Copies elements from where a system computes to host memory.
template <class System, class T>
void copy_to_host(const System& system, const T* data, std::span<T> host) {
    if (host.empty()) return;
    if constexpr (requires(std::span<std::byte> bytes) { system.download(nullptr, bytes); })
        system.download(reinterpret_cast<const std::byte*>(data), std::as_writable_bytes(host));
    else
        thrust::copy_n(thrust::pointer<const T, typename System::memory>(data), host.size(), host.data());
}

/// Copies elements of host memory to where a system computes.
template <class System, class T>
void copy_to_system(const System& system, std::span<const T> host, T* data) {
    if (host.empty()) return;
    if constexpr (requires(std::span<const std::byte> bytes) { system.upload(bytes, nullptr); })
        system.upload(std::as_bytes(host), reinterpret_cast<std::byte*>(data));
    else
        thrust::copy_n(host.data(), host.size(), thrust::pointer<T, typename System::memory>(data));
}

/// An array in the memory of a Thrust system, whose elements are not written when it is made (a Thrust vector writes
/// them).
///
/// `data()` is a plain pointer, to be followed where the system computes.
template <class System, class T>
class thrust_array {
 public:
    thrust_array() = default;
    thrust_array(const System& system, std::size_t size) : size_(size) {
        if (size > 0) data_ = {allocate(system, size), release{system}};
    }
    thrust_array(const System& system, std::span<const T> host) : thrust_array(system, host.size()) {
        copy_to_system(system, host, data());
    }

    std::size_t size() const { return size_; }
    T* data() { return data_.get(); }
    const T* data() const { return data_.get(); }

 private:
    using pointer = thrust::pointer<T, typename System::memory>;

    static T* allocate(const System& system, std::size_t size) {
        if constexpr (requires { system.allocate(size); }) {
            return reinterpret_cast<T*>(system.allocate(size * sizeof(T)));
        } else {
            typename System::memory memory;
            return thrust::raw_pointer_cast(thrust::malloc<T>(memory, size));
        }
    }

    struct release {
        std::optional<System> system = {};

        void operator()(T* data) const {
            if constexpr (requires { system->release(reinterpret_cast<std::byte*>(data)); }) {
                system->release(reinterpret_cast<std::byte*>(data));
            } else {
                typename System::memory memory;
                thrust::free(memory, pointer(data));
            }
        }
    };

    std::unique_ptr<T[], release> data_{};
    std::size_t size_ = 0;
};

}  // namespace bouillon::detail
