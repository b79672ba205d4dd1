// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/xtensor_backend.hpp>

#include "scoring/evaluate_on.hpp"

evaluate_function evaluate_on_xtensor(evaluation_input input) {
    const bouillon::xtensor_backend backend({.threads = input.threads});
    return evaluate_on<bouillon::xtensor_backend>(backend, std::move(input));
}
