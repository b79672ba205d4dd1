// SPDX-License-Identifier: Apache-2.0
// All that nvcc compiles of the program.
#include <bouillon/tensor/thrust_cuda.hpp>

#include "scoring/evaluate_on.hpp"

evaluate_function evaluate_on_cuda(evaluation_input input) {
    using host = bouillon::thrust_backend<bouillon::thrust_sequential>;
    return evaluate_on<host>(bouillon::thrust_backend<bouillon::thrust_cuda>{}, std::move(input));
}
