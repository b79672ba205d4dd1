// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/merged_types.hpp>

#include <bouillon/checkpoint/checkpoint_tensor.hpp>

#include <doctest/doctest.h>

#include <vector>

using namespace bouillon;

TEST_CASE("a merge has one type but for tensors that keep theirs and those that are not summed") {
    const merged_types types{dtype::bf16, {"*.router.*", "*norm*"}};
    CHECK(types.of("layers.0.mlp.weight", dtype::f32) == dtype::bf16);
    CHECK(types.of("layers.0.router.weight", dtype::f32) == dtype::f32);
    CHECK(types.of("norm.weight", dtype::f16) == dtype::f16);
    CHECK(types.of("steps", dtype::i64) == dtype::i64);
    CHECK(merged_types{}.of("layers.0.mlp.weight", dtype::f16) == dtype::f16);
}

TEST_CASE("the wider of two types holds every value of both") {
    CHECK(detail::wider(dtype::bf16, dtype::bf16) == dtype::bf16);
    CHECK(detail::wider(dtype::bf16, dtype::f16) == dtype::f32);
    CHECK(detail::wider(dtype::f32, dtype::bf16) == dtype::f32);
    CHECK(detail::wider(dtype::f16, dtype::f64) == dtype::f64);
}

TEST_CASE("a type that holds no sum and a pattern that fits nothing are refused") {
    const std::vector<checkpoint_tensor> tensors{{"norm.weight", dtype::f32, {1}}};
    const auto check = [&](const merged_types& types) { detail::check_types(types, std::span(tensors)); };
    CHECK_NOTHROW(check({dtype::f16, {"norm*"}}));
    CHECK_THROWS_WITH_AS(check({dtype::i64, {}}),
                         "the output's type cannot be I64: only F64, F32, F16 and BF16 hold a weighted sum",
                         input_error);
    CHECK_THROWS_WITH_AS(check({dtype::f16, {"rooter"}}),
                         "no tensor's name fits the pattern \"rooter\" of those that keep their type", input_error);
}
