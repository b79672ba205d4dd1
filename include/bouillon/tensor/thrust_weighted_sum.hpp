// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/tensor/thrust_array.hpp>
#include <bouillon/tensor/thrust_system.hpp>
#include <bouillon/tensor/weighted_sum.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <utility>
#include <vector>

/// A weighted sum as a functor on one element, for a device: the arithmetic of the host's tiles, in the same order.
namespace bouillon::detail {

template <class Real>
struct device_term {
    const std::byte* data;
    dtype type;
    Real coefficient;
};

template <class Real>
BOUILLON_HOST_DEVICE void add_term(const device_term<Real>& term, bool starts, std::size_t i, Real& sum) {
    const Real x = load_element<Real>(term.type, term.data, i);
    sum = starts ? term.coefficient * x : std::fma(term.coefficient, x, sum);
}

/// Terms travel with the functor and the loop over them is unrolled, so that their loads are under way together.
template <class Real, std::size_t Terms>
struct sum_element {
    device_term<Real> terms[Terms];
    std::byte* output;
    dtype type;

    BOUILLON_HOST_DEVICE void operator()(std::size_t i) const {
        Real sum = 0;
#if defined(__CUDA_ARCH__)
#    pragma unroll
#endif
        for (std::size_t k = 0; k < Terms; ++k) add_term(terms[k], k == 0, i, sum);
        store_element(type, output, i, sum);
    }
};

/// Any number of terms, which lie in the device's memory; none gives 0.
template <class Real>
struct sum_element_of_many {
    const device_term<Real>* terms;
    std::size_t count;
    std::byte* output;
    dtype type;

    BOUILLON_HOST_DEVICE void operator()(std::size_t i) const {
        Real sum = 0;
        for (std::size_t k = 0; k < count; ++k) add_term(terms[k], k == 0, i, sum);
        store_element(type, output, i, sum);
    }
};

/// Runs a weighted sum of checked terms on the system's device.
template <class System, class Real>
void thrust_weighted_sum(std::span<const weighted_term> from, mutable_tensor_view output) {
    const thrust_loop<System> loop;
    constexpr std::size_t unrolled = 16;
    std::vector<device_term<Real>> terms;  // (from)
    for (const auto& term : from) terms.push_back({term.data, term.type, static_cast<Real>(term.coefficient)});
    const auto run_if = [&]<std::size_t Terms>() {
        if (terms.size() != Terms) return;
        sum_element<Real, Terms> element{{}, output.data, output.type};
        std::copy(terms.begin(), terms.end(), element.terms);
        loop(output.size, element);
    };
    [&]<std::size_t... I>(std::index_sequence<I...>) { (run_if.template operator()<I + 1>(), ...); }
    (std::make_index_sequence<unrolled>());
    if (!terms.empty() && terms.size() <= unrolled) return;
    const thrust_array<System, device_term<Real>> list{std::span<const device_term<Real>>(terms)};
    loop(output.size, sum_element_of_many<Real>{list.data(), terms.size(), output.data, output.type});
}

}  // namespace bouillon::detail
