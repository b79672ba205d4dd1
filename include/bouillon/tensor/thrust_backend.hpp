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
#include <bouillon/tensor/weighted_sum_batch.hpp>

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

/// Tensors in the memory of a Thrust system (thrust_system.hpp), and arithmetic by its algorithms.
///
/// One forward pass runs at a time and is shared out inside.
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
        sum(detail::views_of(inputs), coefficients, output.writable());
    }

    void weighted_sum_batch(std::span<const tensor* const> inputs, std::span<const double> coefficients,
                            std::span<tensor* const> outputs) const {
        const auto views = detail::writable_views_of(outputs);
        const auto sums = detail::make_term_batch(detail::views_of(inputs), coefficients, views);
        if (sums.empty()) return;
        if constexpr (System::on_device)
            detail::sum_on_device<System>(sums);
        else
            detail::in_parts(views[0], detail::thrust_loop<System>{}, [&](std::size_t first, std::size_t last) {
                detail::sum_batch_elements(sums, first, last);
            });
    }

    template <class Read>
    void fill(tensor& output, const Read& read) const {
        std::byte* const memory = output.writable().data;
        const std::size_t size = detail::storage_bytes(output.size(), output.type());
        if constexpr (requires { operations::system().fill(memory, size, read); })
            operations::system().fill(memory, size, read);
        else
            detail::read_parts({memory, size}, thread_count(0), read);
    }

    /// Bytes of the device's memory that are free.
    std::size_t free_memory() const requires requires(const System& system) { system.free_memory(); }
    { return operations::system().free_memory(); }

    void download(const tensor& stored, std::span<std::byte> host) const {
        detail::check_download(stored.view(), host.size());
        detail::copy_to_host<System>(stored.view().data, host);
    }

    std::size_t lanes() const { return 1; }

    buffer make_buffer(std::size_t elements) const { return buffer(elements); }

    void read(const buffer& values, std::span<float> host) const { detail::copy_to_host<System>(values.data(), host); }

    void widen(const tensor& stored, buffer& widened) const {
        const tensor_view input = stored.view();
        const double one = 1;
        sum({&input, 1}, {&one, 1}, {reinterpret_cast<std::byte*>(widened.data()), input.size, dtype::f32});
    }

 private:
    static void sum(std::span<const tensor_view> inputs, std::span<const double> coefficients,
                    mutable_tensor_view output) {
        detail::check_coefficients(inputs.size(), coefficients.size(), 1);
        const auto terms = detail::make_term_sum(inputs, coefficients, output);
        if constexpr (System::on_device)
            detail::sum_on_device<System>({&terms, 1});
        else
            detail::in_parts(output, detail::thrust_loop<System>{},
                             [&](std::size_t first, std::size_t last) { detail::sum_elements(terms, first, last); });
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
