// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/blas.hpp>
#include <bouillon/tensor/concept.hpp>
#include <bouillon/tensor/fill.hpp>
#include <bouillon/tensor/flat_tensor.hpp>
#include <bouillon/tensor/host_language_model.hpp>
#include <bouillon/tensor/thrust_array.hpp>
#include <bouillon/tensor/thrust_language_model.hpp>
#include <bouillon/tensor/thrust_measures.hpp>
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

/// A language model's operations on a host system.
template <class System>
class thrust_host_model : public host_language_model<thrust_array<System, float>, thrust_host<System>> {
 public:
    using buffer = thrust_array<System, float>;

    System system() const { return {}; }

    buffer make_buffer(std::size_t elements, buffer_use = buffer_use::sums) const { return {system(), elements}; }
};

/// A language model's operations on a Thrust system: host code on ranges of rows, or device functors.
template <class System>
using thrust_model_operations =
    std::conditional_t<System::on_device, thrust_language_model<System>, thrust_host_model<System>>;

}  // namespace detail

/// Tensors in the memory of a Thrust system (thrust_system.hpp), and arithmetic by its algorithms.
///
/// One forward pass runs at a time and is shared out inside.
template <class System>
class thrust_backend : public detail::thrust_model_operations<System> {
    using operations = detail::thrust_model_operations<System>;
    using storage = detail::thrust_array<System, std::byte>;

 public:
    using tensor = flat_tensor<storage>;
    using buffer = typename operations::buffer;

    thrust_backend() = default;
    /// On a device's system.
    explicit thrust_backend(System system) requires System::on_device : operations(std::move(system)) {}

    tensor allocate(std::size_t elements, dtype type) const {
        return {storage(operations::system(), detail::storage_bytes(elements, type)), elements, type};
    }

    tensor upload(std::span<const std::byte> host, dtype type) const {
        return {storage(operations::system(), host), host.size() * 8 / bits(type), type};
    }

    /// Refers to memory that the system can read: host memory, or the device's own.
    /// @throws input_error where a device cannot read it
    tensor view(tensor_view viewed) const {
        if constexpr (requires { operations::system().check_readable(viewed.data); })
            if (viewed.size > 0) operations::system().check_readable(viewed.data);
        return tensor(viewed);
    }

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
            detail::sum_on_device(operations::system(), sums);
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

    /// The elements of a tensor that are NaN or infinite.
    std::size_t count_non_finite(const tensor& stored) const {
        return detail::count_non_finite(operations::system(), stored.view());
    }

    /// The root of the sum of a tensor's squares, the same bits on every system; infinite where an element is not
    /// finite.
    double norm(const tensor& stored) const { return detail::norm(operations::system(), stored.view()); }

    /// The norm of the difference of two tensors of one size, of any types.
    double distance(const tensor& a, const tensor& b) const {
        return detail::distance(operations::system(), a.view(), b.view());
    }

    void download(const tensor& stored, std::span<std::byte> host) const {
        detail::check_download(stored.view(), host.size());
        detail::copy_to_host(operations::system(), stored.view().data, host);
    }

    std::size_t lanes() const { return 1; }

    void convert(const tensor& stored, buffer& output) const {
        const tensor_view input = stored.view();
        const double one = 1;
        dtype type = dtype::f32;
        if constexpr (System::on_device) type = output.type();
        sum({&input, 1}, {&one, 1}, {reinterpret_cast<std::byte*>(output.data()), input.size, type});
    }

    /// Waits until all that was asked for is done. Until then a sum's inputs must stay; whoever reads a result waits.
    void wait() const requires requires(const System& system) { system.wait(); }
    { operations::system().wait(); }

 private:
    void sum(std::span<const tensor_view> inputs, std::span<const double> coefficients,
             mutable_tensor_view output) const {
        detail::check_coefficients(inputs.size(), coefficients.size(), 1);
        const auto terms = detail::make_term_sum(inputs, coefficients, output);
        if constexpr (System::on_device)
            detail::sum_on_device(operations::system(), {&terms, 1});
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
