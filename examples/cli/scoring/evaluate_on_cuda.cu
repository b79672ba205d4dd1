// SPDX-License-Identifier: Apache-2.0
// All that nvcc compiles of the program.
#include <bouillon/tensor/thrust_backend.hpp>
#include <bouillon/tensor/thrust_cuda.hpp>

#include "scoring/evaluate_on.hpp"

evaluate_function evaluate_on_cuda(evaluation_input input) {
    using host = bouillon::thrust_backend<bouillon::thrust_sequential>;
    const bouillon::thrust_cuda device({.precision = input.precision});
    return evaluate_on<host>(bouillon::thrust_backend(device), std::move(input));
}
