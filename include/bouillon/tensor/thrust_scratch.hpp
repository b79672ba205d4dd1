// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/tensor/thrust_array.hpp>

#include <cstddef>

namespace bouillon::detail {

/// Memory on a device that calls take in turn, as large as the largest so far wanted it.
///
/// What is held is lost where it grows.
template <class System>
class thrust_scratch {
 public:
    std::byte* room(const System& system, std::size_t bytes) {
        if (held_.size() < bytes) held_ = thrust_array<System, std::byte>(system, bytes);
        return held_.data();
    }

    template <class T>
    T* room_for(const System& system, std::size_t elements) {
        return reinterpret_cast<T*>(room(system, elements * sizeof(T)));
    }

 private:
    thrust_array<System, std::byte> held_;
};

}  // namespace bouillon::detail
