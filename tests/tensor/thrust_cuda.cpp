// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/thrust_cuda.hpp>

#include <bouillon/tensor/thrust_backend.hpp>

#include <doctest/doctest.h>

// The tests on a GPU are in cuda.cu, which nvcc compiles.
TEST_CASE("without nvcc the CUDA system's header may be included and adds nothing") {
    CHECK(bouillon::tensor_backend<bouillon::default_thrust_backend>);
}
