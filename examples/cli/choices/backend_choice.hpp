// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/process/any_processes.hpp>
#include <bouillon/score/held_out.hpp>
#include <bouillon/tensor/precision.hpp>

#include "scoring/evaluate_function.hpp"

#include <cstddef>
#include <functional>
#include <span>
#include <string_view>

namespace bouillon {
class checkpoint_set;
struct decoder;
struct memory_plan;
struct tensor_groups;
}  // namespace bouillon

/// Is told where the checkpoints will be, before they are read; may be empty.
using plan_function = std::function<void(const bouillon::memory_plan&)>;

/// What merges are made of and scored on, whatever the backend. What it refers to must outlive the evaluation.
struct evaluation_input {
    const bouillon::checkpoint_set& checkpoints;
    const bouillon::tensor_groups& groups;  // of tensors that may have merge weights of their own
    const bouillon::decoder& model;
    std::size_t window = 0;  // tokens that documents are cut in
    bouillon::held_out_documents search, test;
    std::size_t threads = 0;                                       // of the xtensor backend; 0: all
    bouillon::precision precision = bouillon::precision::float32;  // of a device's products
    plan_function announce = {};
    bouillon::any_processes world = {};      // all of the program
    bouillon::any_processes processes = {};  // that measure a merge together: all, or this one's group of them
};

/// A tensor backend. `evaluate` keeps the checkpoints where there is memory for them and scores each merge.
/// Of several processes the first gets the function, which measures a merge in each group of them at once, and the
/// others do their part until its last copy is gone; then they get an empty one. It throws input_error where memory is
/// short or the backend is not built in, work_error where it finds no device.
struct backend_choice {
    std::string_view name;
    bool on_device;
    evaluate_function (*evaluate)(evaluation_input input);
};

/// Those that --backend names, the default first; thrust is the build's Thrust system, which is CUDA where the program
/// was built with it.
std::span<const backend_choice> backend_choices();

// Each is compiled in a unit of its own.
evaluate_function evaluate_on_xtensor(evaluation_input input);
evaluate_function evaluate_on_thrust(evaluation_input input);
evaluate_function evaluate_on_cuda(evaluation_input input);
