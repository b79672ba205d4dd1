// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tuple>

namespace bouillon::detail {

/// Lets a space, a kernel or an acquisition refuse its own numbers, where it has the member `check()` for that.
///
/// @throws input_error as the member does
template <class Part>
void own_check(const Part& part) {
    if constexpr (requires { part.check(); }) part.check();
}

/// The same of several parts, in their order.
template <class... Parts>
void own_checks(const std::tuple<Parts...>& parts) {
    std::apply([](const Parts&... part) { (own_check(part), ...); }, parts);
}

}  // namespace bouillon::detail
