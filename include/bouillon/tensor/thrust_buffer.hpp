// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/dtype.hpp>
#include <bouillon/tensor/thrust_array.hpp>

#include <cstddef>

namespace bouillon::detail {

/// Numbers of F32 or BF16 in the memory of a Thrust system.
template <class System>
class thrust_buffer {
 public:
    thrust_buffer() = default;
    thrust_buffer(const System& system, std::size_t size, dtype type)
        : bytes_(system, size * bytes(type)), size_(size), type_(type) {}

    std::size_t size() const { return size_; }  ///< elements
    dtype type() const { return type_; }
    std::byte* data() { return bytes_.data(); }
    const std::byte* data() const { return bytes_.data(); }

    /// Those of a buffer of F32.
    float* floats() { return reinterpret_cast<float*>(data()); }
    const float* floats() const { return reinterpret_cast<const float*>(data()); }

 private:
    thrust_array<System, std::byte> bytes_;
    std::size_t size_ = 0;
    dtype type_ = dtype::f32;
};

/// Calls call<Type>() for the type of a buffer's numbers.
template <class System, class Call>
void with_type(const thrust_buffer<System>& x, const Call& call) {
    x.type() == dtype::bf16 ? call.template operator()<dtype::bf16>() : call.template operator()<dtype::f32>();
}

/// Calls call<In, Out>() for the types of two.
template <class System, class Call>
void with_types(const thrust_buffer<System>& in, const thrust_buffer<System>& out, const Call& call) {
    with_type(in, [&]<dtype In>() { with_type(out, [&]<dtype Out>() { call.template operator()<In, Out>(); }); });
}

}  // namespace bouillon::detail
