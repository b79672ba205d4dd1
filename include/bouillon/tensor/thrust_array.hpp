// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <thrust/copy.h>
#include <thrust/memory.h>

#include <cstddef>
#include <memory>
#include <span>

namespace bouillon::detail {

/// An array in the memory of a Thrust system, whose elements are not written when it is made (a Thrust vector writes
/// them).
///
/// `data()` is a plain pointer, to be followed where the system computes.
template <class System, class T>
class thrust_array {
 public:
    thrust_array() = default;
    explicit thrust_array(std::size_t size) : size_(size) {
        typename System::memory memory;
        if (size > 0) data_.reset(thrust::raw_pointer_cast(thrust::malloc<T>(memory, size)));
    }
    explicit thrust_array(std::span<const T> host) : thrust_array(host.size()) {
        if (!host.empty()) thrust::copy_n(host.data(), host.size(), pointer(data()));
    }

    std::size_t size() const { return size_; }
    T* data() { return data_.get(); }
    const T* data() const { return data_.get(); }

 private:
    using pointer = thrust::pointer<T, typename System::memory>;

    struct release {
        void operator()(T* data) const {
            typename System::memory memory;
            thrust::free(memory, pointer(data));
        }
    };

    std::unique_ptr<T[], release> data_;
    std::size_t size_ = 0;
};

/// Copies elements from where a system computes to host memory.
template <class System, class T>
void copy_to_host(const T* data, std::span<T> host) {
    if (!host.empty())
        thrust::copy_n(thrust::pointer<const T, typename System::memory>(data), host.size(), host.data());
}

}  // namespace bouillon::detail
