// SPDX-License-Identifier: Apache-2.0
#include "choices/backend_choice.hpp"

#include <bouillon/core/error.hpp>

#include <array>

namespace {

#if defined(BOUILLON_PROGRAM_HAS_CUDA)
constexpr bool has_cuda = true;
constexpr auto* on_thrust = evaluate_on_cuda;
constexpr auto* on_cuda = evaluate_on_cuda;
#else
constexpr bool has_cuda = false;
constexpr auto* on_thrust = evaluate_on_thrust;

evaluate_function on_cuda(evaluation_input) {
    throw bouillon::input_error("--backend cuda: this bouillon was built without CUDA (./run build cuda has it)");
}
#endif

constexpr std::array choices = {
    backend_choice{"xtensor", false, evaluate_on_xtensor},
    backend_choice{"thrust", has_cuda, on_thrust},
    backend_choice{"cuda", true, on_cuda},
};

}  // namespace

std::span<const backend_choice> backend_choices() { return choices; }
