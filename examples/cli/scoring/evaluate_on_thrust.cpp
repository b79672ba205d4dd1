// SPDX-License-Identifier: Apache-2.0
#if !defined(BOUILLON_PROGRAM_HAS_CUDA)
#    include <bouillon/tensor/thrust_backend.hpp>

#    include "evaluate_on.hpp"

evaluate_function evaluate_on_thrust(evaluation_input input) {
    return evaluate_on<bouillon::default_thrust_backend>(bouillon::default_thrust_backend{}, std::move(input));
}
#endif
