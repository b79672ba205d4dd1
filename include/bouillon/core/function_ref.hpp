// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <type_traits>
#include <utility>

namespace bouillon {

template <class Signature>
class function_ref;

/// Refers to a callable that outlives it: what a function takes that calls back, so that it is compiled once and not
/// for each callable. A call costs what a call through a pointer does.
///
///     double integral(function_ref<double(double)> integrand, double lower, double upper);
///
/// Reference: std::function_ref of C++26 (P0792), of which this is the part that is used here.
template <class Result, class... Arguments>
class function_ref<Result(Arguments...)> {
 public:
    /// Refers to a callable, which must outlive this.
    template <class Callable>
    requires(!std::is_same_v<std::remove_cvref_t<Callable>, function_ref> &&
             std::is_invocable_r_v<Result, Callable&, Arguments...>)
        // NOLINTNEXTLINE(bugprone-forwarding-reference-overload): copies are excluded above
        function_ref(Callable&& callable)  // implicit: a callable is given where one is asked for
        : callable_(const_cast<void*>(reinterpret_cast<const void*>(&callable))),
          call_([](void* object, Arguments... arguments) -> Result {
              return (*reinterpret_cast<std::remove_reference_t<Callable>*>(object))(
                  std::forward<Arguments>(arguments)...);
          }) {}

    Result operator()(Arguments... arguments) const { return call_(callable_, std::forward<Arguments>(arguments)...); }

 private:
    void* callable_;
    Result (*call_)(void*, Arguments...);
};

}  // namespace bouillon
