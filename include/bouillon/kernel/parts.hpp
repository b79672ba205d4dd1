// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/kernel/ard.hpp>
#include <bouillon/kernel/concept.hpp>

#include <cstddef>
#include <tuple>
#include <utility>
#include <vector>

// What kernels that are made of kernels share.

namespace bouillon::detail {

template <surrogate_kernel Kernel>
using covariance_of = decltype(as_covariance(std::declval<Kernel>()));

/// What a kernel believes of its hyper-parameters, or what is believed of any.
template <covariance_kernel Kernel>
std::vector<hyper_parameter_prior> prior_of(const Kernel& kernel, std::size_t dimension) {
    if constexpr (kernel_with_prior<Kernel>)
        return kernel.prior(dimension);
    else
        return std::vector<hyper_parameter_prior>(kernel.hyper_parameters(dimension));
}

/// Calls visit(part, first, count) for each part, whose hyper-parameters are `count` from number `first` on, with
/// `between` others between those of two parts.
template <class... Parts, class Visit>
void visit_parts(const std::tuple<Parts...>& parts, std::size_t dimension, std::size_t between, Visit&& visit) {
    std::size_t first = 0;
    const auto visit_next = [&](const auto& part) {
        const std::size_t count = part.hyper_parameters(dimension);
        visit(part, first, count);
        first += count + between;
    };
    std::apply([&](const auto&... part) { (visit_next(part), ...); }, parts);
}

}  // namespace bouillon::detail
