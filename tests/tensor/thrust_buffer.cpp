// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/thrust_buffer.hpp>

#include <bouillon/tensor/thrust_system.hpp>

#include <doctest/doctest.h>

using namespace bouillon;
using buffer = bouillon::detail::thrust_buffer<thrust_sequential>;

TEST_CASE("a buffer knows the type of its numbers, which calls are made for") {
    const buffer narrow(thrust_sequential(), 3, dtype::bf16), wide(thrust_sequential(), 2, dtype::f32);
    CHECK(narrow.size() == 3);
    CHECK(buffer().size() == 0);
    dtype in = dtype::f64, out = dtype::f64;
    detail::with_types(narrow, wide, [&]<dtype In, dtype Out>() { in = In, out = Out; });
    CHECK(in == dtype::bf16);
    CHECK(out == dtype::f32);
}
