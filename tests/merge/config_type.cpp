// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge/config_type.hpp>

#include <doctest/doctest.h>

using namespace bouillon;

TEST_CASE("the type is set under the key that a configuration has, and nothing else is touched") {
    CHECK(detail::with_type(R"({"z":1e-05,"torch_dtype":"bfloat16","a":10000.0})", dtype::f32) ==
          R"({"z":1e-05,"torch_dtype":"float32","a":10000.0})");
    CHECK(detail::with_type("{\n  \"dtype\" : \"float32\"\n}\n", dtype::f16) == "{\n  \"dtype\" : \"float16\"\n}\n");
    CHECK(detail::with_type(R"({"dtype":null,"x":NaN})", dtype::f64) == R"({"dtype":"float64","x":NaN})");
    CHECK(detail::with_type(R"({"dtype":null})", dtype::bf16) == R"({"dtype":"bfloat16"})");
    CHECK(detail::with_type(R"({"torch_dtype":"float16","dtype":"float16"})", dtype::bf16) ==
          R"({"torch_dtype":"bfloat16","dtype":"bfloat16"})");
    CHECK(detail::with_type(R"({ "model_type":"llama"})", dtype::f16) == R"({ "model_type":"llama"})");
}

TEST_CASE("a type within other fields is not the model's") {
    const char* const json = R"({"a":{"dtype":"x"},"b":"dtype","c":["dtype"],"\"dtype\":":"dtype\\","e":"{"})";
    CHECK(detail::with_type(json, dtype::f16) == json);
}
