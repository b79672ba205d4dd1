// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/flat_tensor.hpp>

#include <doctest/doctest.h>

#include <array>
#include <vector>

using namespace bouillon;

using owned = flat_tensor<std::vector<std::byte>>;

TEST_CASE("a tensor that owns its memory keeps its elements when it is moved") {
    owned tensor(std::vector<std::byte>(6), 3, dtype::bf16);
    tensor.writable().data[0] = std::byte{9};
    const owned moved = std::move(tensor);
    CHECK(moved.size() == 3);
    CHECK(moved.type() == dtype::bf16);
    CHECK(moved.view().data[0] == std::byte{9});
}

TEST_CASE("a view refers to its caller's memory and is not written") {
    std::array<std::byte, 8> memory{};
    owned tensor(tensor_view{memory.data(), 1, dtype::f64});
    CHECK(tensor.view().data == memory.data());
    CHECK_THROWS_WITH_AS(tensor.writable(), "a tensor that views its caller's memory cannot be written", input_error);
}

TEST_CASE("packed elements fill whole bytes, rounded up") {
    CHECK(detail::storage_bytes(3, dtype::f4) == 2);
    CHECK(detail::storage_bytes(4, dtype::f6_e2m3) == 3);
    CHECK(detail::storage_bytes(5, dtype::f64) == 40);
}

TEST_CASE("a download into the wrong number of bytes names both") {
    CHECK_NOTHROW(detail::check_download({nullptr, 3, dtype::f32}, 12));
    CHECK_THROWS_WITH_AS(detail::check_download({nullptr, 3, dtype::f32}, 11),
                         "download of 3 F32 elements: 12 bytes expected, 11 given", input_error);
}
