// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/blas.hpp>
#include <bouillon/tensor/concept.hpp>
#include <bouillon/tensor/fill.hpp>
#include <bouillon/tensor/flat_tensor.hpp>
#include <bouillon/tensor/host_language_model.hpp>
#include <bouillon/tensor/thrust_array.hpp>
#include <bouillon/tensor/thrust_language_model.hpp>
#include <bouillon/tensor/thrust_system.hpp>
#include <bouillon/tensor/thrust_weighted_sum.hpp>

#include <array>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace bouillon {

namespace detail {

/// A host system: tasks by Thrust's algorithm, matrix products by BLAS.
template <class System>
struct thrust_host : thrust_loop<System> {
    static constexpr matrix_product gemm = detail::gemm;
};

/// A language model's operations on a Thrust system: host code on ranges of rows, or device functors.
template <class System>
using thrust_model_operations =
    std::conditional_t<System::on_device, thrust_language_model<System>,
                       host_language_model<thrust_array<System, float>, thrust_host<System>>>;

}  // namespace detail

/// Tensors in the memory of a Thrust system (thrust_system.hpp), and arithmetic by its algorithms. One forward pass
/// runs at a time and is shared out inside.
template <class System>
class thrust_backend : public detail::thrust_model_operations<System> {
    using operations = detail::thrust_model_operations<System>;

 public:
    using tensor = flat_tensor<detail::thrust_array<System, std::byte>>;
    using buffer = detail::thrust_array<System, float>;

    thrust_backend() = default;
    explicit thrust_backend(System system) requires System::on_device : operations(std::move(system)) {}

    tensor allocate(std::size_t elements, dtype type) const {
        return {detail::thrust_array<System, std::byte>(detail::storage_bytes(elements, type)), elements, type};
    }

    tensor upload(std::span<const std::byte> host, dtype type) const {
        return {detail::thrust_array<System, std::byte>(host), host.size() * 8 / bits(type), type};
    }

    /// Refers to memory that the system can read: host memory, or the device's own.
    tensor view(tensor_view memory) const { return tensor(memory); }

    /// Refers to a Thrust vector of float or double in the system's memory.
    template <class Vector>
    requires requires(const Vector& v) { thrust::raw_pointer_cast(v.data()); }
    tensor view(const Vector& values) const {
        return tensor({reinterpret_cast<const std::byte*>(thrust::raw_pointer_cast(values.data())), values.size(),
                       dtype_of<typename Vector::value_type>});
    }

    void weighted_sum(std::span<const tensor* const> inputs, std::span<const double> coefficients,
                      tensor& output) const {
        sum(detail::views_of(inputs), coefficients, std::array<mutable_tensor_view, 1>{output.writable()});
    }

    void weighted_sums(std::span<const tensor* const> inputs, std::span<const double> coefficients,
                       std::span<tensor* const> outputs) const {
        sum(detail::views_of(inputs), coefficients, detail::writable_views_of(outputs));
    }

    template <class Read>
    void fill(tensor& output, const Read& read) const {
        const mutable_tensor_view to = output.writable();
        const std::size_t size = detail::storage_bytes(to.size, to.type);
        if constexpr (requires { operations::system().fill(to.data, size, read); })
            operations::system().fill(to.data, size, read);
        else
            detail::read_parts({to.data, size}, thread_count(0), read);
    }

    /// Bytes of the device's memory that are free.
    std::size_t free_memory() const requires requires(const System& system) { system.free_memory(); }
    { return operations::system().free_memory(); }

    void download(const tensor& from, std::span<std::byte> host) const {
        detail::check_download(from.view(), host.size());
        detail::copy_to_host<System>(from.view().data, host);
    }

    std::size_t lanes() const { return 1; }

    buffer make_buffer(std::size_t elements) const { return buffer(elements); }

    void read(const buffer& from, std::span<float> values) const { detail::copy_to_host<System>(from.data(), values); }

    void widen(const tensor& stored, buffer& out) const {
        const tensor_view from = stored.view();
        const double one = 1;
        const mutable_tensor_view to{reinterpret_cast<std::byte*>(out.data()), from.size, dtype::f32};
        sum({&from, 1}, {&one, 1}, {&to, 1});
    }

 private:
    static void sum(std::span<const tensor_view> inputs, std::span<const double> coefficients,
                    std::span<const mutable_tensor_view> outputs) {
        const auto sums = detail::checked_sums(inputs, coefficients, outputs);
        if constexpr (System::on_device)
            detail::thrust_weighted_sums<System>(sums);
        else
            detail::sum_blocks(sums, detail::thrust_loop<System>{});
    }
};

/// The backend of the build's Thrust device system, of a host one where that is CUDA (thrust_cuda.hpp has the other).
#if THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_OMP
using default_thrust_backend = thrust_backend<thrust_openmp>;
#elif THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_TBB
using default_thrust_backend = thrust_backend<thrust_tbb>;
#else
using default_thrust_backend = thrust_backend<thrust_sequential>;
#endif

static_assert(viewing_backend<default_thrust_backend> && batching_backend<default_thrust_backend> &&
              filling_backend<default_thrust_backend>);
static_assert(language_model_backend<default_thrust_backend>);

}  // namespace bouillon
