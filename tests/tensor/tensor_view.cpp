// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/tensor_view.hpp>

#include <doctest/doctest.h>

using namespace bouillon;

template <class T>
concept has_dtype = requires {
    dtype_of<T>;
};

TEST_CASE("a view of nothing is empty") {
    CHECK(tensor_view{}.data == nullptr);
    CHECK(tensor_view{}.size == 0);
    CHECK(mutable_tensor_view{}.size == 0);
}

TEST_CASE("float and double have a dtype, other types none") {
    CHECK(dtype_of<float> == dtype::f32);
    CHECK(dtype_of<double> == dtype::f64);
    CHECK_FALSE(has_dtype<int>);
}
