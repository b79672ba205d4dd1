// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/tensor/concept.hpp>
#include <bouillon/tensor/fill.hpp>
#include <bouillon/tensor/flat_tensor.hpp>
#include <bouillon/tensor/host_language_model.hpp>
#include <bouillon/tensor/weighted_sum.hpp>
#include <bouillon/tensor/weighted_sum_batch.hpp>
#include <bouillon/tensor/xtensor_product.hpp>

#if __has_include(<xtensor/containers/xadapt.hpp>)
#    include <xtensor/containers/xadapt.hpp>
#    include <xtensor/containers/xtensor.hpp>
#else
#    include <xtensor/xadapt.hpp>
#    include <xtensor/xtensor.hpp>
#endif
#include <xsimd/xsimd.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <string>
#include <vector>

namespace bouillon {

namespace detail {

/// An array whose elements are not written when it is made, aligned to cache lines.
template <class T>
using xtensor_storage = xt::uvector<T, xsimd::aligned_allocator<T, 64>>;

/// One thread of its own for each forward pass: the passes themselves run side by side.
struct xtensor_host {
    static constexpr matrix_product gemm = xtensor_gemm;

    template <class Body>
    void operator()(std::size_t tasks, Body body) const {
        for (std::size_t task = 0; task < tasks; ++task) body(task);
    }
};

}  // namespace detail

/// A flat tensor of xtensor_backend.
class xtensor_tensor : public flat_tensor<detail::xtensor_storage<std::byte>> {
 public:
    using flat_tensor::flat_tensor;

    /// The elements as an xtensor expression of shape (size): T is float for F32, double for F64 and std::uint16_t for
    /// the bits of F16 and BF16.
    ///
    /// It refers to the tensor's memory.
    /// @throws input_error for another T
    template <class T>
    auto elements() const {
        const bool fits = std::is_same_v<T, float>    ? type() == dtype::f32
                          : std::is_same_v<T, double> ? type() == dtype::f64
                                                      : std::is_same_v<T, std::uint16_t> && bytes(type()) == 2;
        if (!fits) throw input_error("elements of " + std::string(to_string(type())) + " asked for as another type");
        return xt::adapt(reinterpret_cast<const T*>(view().data), size(), xt::no_ownership(),
                         std::array<std::size_t, 1>{size()});
    }
};

/// How an xtensor_backend works.
struct xtensor_options {
    std::size_t threads = 0;  ///< 0: all
};

/// Tensors in host memory, as xtensor arrays; matrix products by xtensor-blas's BLAS.
///
/// The default backend.
class xtensor_backend : public detail::host_language_model<detail::xtensor_storage<float>, detail::xtensor_host> {
 public:
    using tensor = xtensor_tensor;
    using buffer = detail::xtensor_storage<float>;

    /// Asks for no memory yet.
    explicit xtensor_backend(xtensor_options options = {}) : threads_(thread_count(options.threads)) {}

    tensor allocate(std::size_t elements, dtype type) const {
        return {detail::xtensor_storage<std::byte>(detail::storage_bytes(elements, type)), elements, type};
    }

    tensor upload(std::span<const std::byte> host, dtype type) const {
        auto result = allocate(host.size() * 8 / bits(type), type);
        if (!host.empty()) std::memcpy(result.writable().data, host.data(), host.size());
        return result;
    }

    /// Evaluates an xtensor expression of float or double into a tensor of F32 or F64.
    template <class Expression>
    tensor upload(const xt::xexpression<Expression>& values) const {
        using value = typename Expression::value_type;
        const auto& expression = values.derived_cast();
        auto result = allocate(expression.size(), dtype_of<value>);
        std::copy(expression.begin(), expression.end(), reinterpret_cast<value*>(result.writable().data));
        return result;
    }

    tensor view(tensor_view memory) const { return tensor(memory); }

    /// Refers to an xtensor container of float or double.
    template <class Container>
    tensor view(const xt::xcontainer<Container>& values) const {
        const auto& container = static_cast<const Container&>(values);
        return tensor({reinterpret_cast<const std::byte*>(container.data()), container.size(),
                       dtype_of<typename Container::value_type>});
    }

    void weighted_sum(std::span<const tensor* const> inputs, std::span<const double> coefficients,
                      tensor& output) const {
        bouillon::weighted_sum(detail::views_of(inputs), coefficients, output.writable(), threads_);
    }

    void weighted_sum_batch(std::span<const tensor* const> inputs, std::span<const double> coefficients,
                            std::span<tensor* const> outputs) const {
        bouillon::weighted_sum_batch(detail::views_of(inputs), coefficients, detail::writable_views_of(outputs),
                                     threads_);
    }

    template <class Read>
    void fill(tensor& output, const Read& read) const {
        detail::read_parts({output.writable().data, detail::storage_bytes(output.size(), output.type())}, threads_,
                           read);
    }

    void download(const tensor& stored, std::span<std::byte> host) const {
        detail::check_download(stored.view(), host.size());
        if (!host.empty()) std::memcpy(host.data(), stored.view().data, host.size());
    }

    std::size_t lanes() const { return threads_; }

    buffer make_buffer(std::size_t elements, buffer_use = buffer_use::sums) const { return buffer(elements); }

    void convert(const tensor& stored, buffer& output) const {
        const tensor_view input = stored.view();
        const double one = 1;
        bouillon::weighted_sum({&input, 1}, {&one, 1},
                               {reinterpret_cast<std::byte*>(output.data()), input.size, dtype::f32}, threads_);
    }

 private:
    std::size_t threads_;
};

static_assert(viewing_backend<xtensor_backend> && batching_backend<xtensor_backend> &&
              filling_backend<xtensor_backend>);
static_assert(language_model_backend<xtensor_backend>);

}  // namespace bouillon
