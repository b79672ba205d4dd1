// SPDX-License-Identifier: Apache-2.0
#include <bouillon/testing/buffer_book.hpp>

#include <bouillon/tensor/xtensor_backend.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace bouillon;
using bouillon::detail::buffer_book;

TEST_CASE("buffers hold what they were made from, and are equal to it") {
    const xtensor_backend backend({.threads = 1});
    buffer_book<xtensor_backend> book(backend);
    const std::vector<float> values = {1, -2.5f, NAN};
    const auto stored = book.to_buffer(values);
    CHECK(book.to_host(stored, 2) == std::vector<float>{1, -2.5f});
    book.require_equal("equal", stored, values);
    CHECK(book.sentences().empty());
    book.require_equal("equal", stored, std::vector<float>{1, -2.5f, 3});
    book.require_equal("also equal", stored, std::vector<float>{1, NAN});
    CHECK(book.sentences() ==
          violations{"equal: element 2 is nan, but should be 3", "also equal: element 1 is -2.5, but should be nan"});
}

TEST_CASE("closeness is relative to the largest element, and nothing is close to NaN") {
    const xtensor_backend backend({.threads = 1});
    buffer_book<xtensor_backend> book(backend);
    const auto stored = book.to_buffer(std::vector<float>{100, 1, NAN});
    book.require_close("close", stored, std::vector<double>{100, 1.125}, 2e-3);
    CHECK(book.sentences().empty());
    book.require_close("close", stored, std::vector<double>{100, 1.125}, 1e-3);
    book.require_close("numbers", stored, std::vector<double>{0, 1, 2}, 1000);
    CHECK(book.sentences() ==
          violations{"close: element 1 is 1, but should be 1.125", "numbers: element 2 is nan, but should be 2"});
}

TEST_CASE("what operations are compared with is right in cases that are easy") {
    const std::vector<float> x = {1, 2, 3, 4}, weight = {5, 6, 7, 8, 9, 10};
    CHECK(detail::matrix_product_in_float64(x, weight, 2, 2, 3) == std::vector<double>{17, 23, 29, 39, 53, 67});
    CHECK(detail::capped_in_float64(7, 0) == 7);
    CHECK(detail::capped_in_float64(1000, 7) == 7);
}
