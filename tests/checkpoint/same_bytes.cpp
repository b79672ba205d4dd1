// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/same_bytes.hpp>

#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

#include <string>

using namespace bouillon;

TEST_CASE("two tensors are the same only if they are to their last byte") {
    const test::temporary_directory directory;
    const std::string bytes(800'000, '\1');
    const auto write = [&](const char* name, const std::string& data) {
        test::write_tensors(directory / name, {{{"long", dtype::f32, {200'000}}, data},
                                               {{"none", dtype::f32, {0}}, ""},
                                               {{"short", dtype::f32, {1}}, data.substr(0, 4)}});
        return checkpoint(directory / name);
    };
    auto other = bytes;
    other.back() = '\2';
    const auto a = write("a.safetensors", bytes), b = write("b.safetensors", bytes), c = write("c.safetensors", other);
    CHECK(detail::same_bytes(a, 0, b, 0));
    CHECK_FALSE(detail::same_bytes(a, 0, c, 0));
    CHECK(detail::same_bytes(a, 1, c, 1));
    CHECK(detail::same_bytes(a, 2, c, 2));
    CHECK_FALSE(detail::same_bytes(a, 0, a, 2));
    CHECK(detail::same_tensor(a, 2, c, 2));
    test::write_tensors(directory / "d.safetensors", {{{"short", dtype::i32, {1}}, bytes.substr(0, 4)}});
    const checkpoint d(directory / "d.safetensors");
    CHECK(detail::same_bytes(a, 2, d, 0));
    CHECK_FALSE(detail::same_tensor(a, 2, d, 0));
}
