// SPDX-License-Identifier: Apache-2.0
#include <bouillon/core/error.hpp>

#include <doctest/doctest.h>

using namespace bouillon;

TEST_CASE("both kinds of error are caught as one family and keep their message") {
    CHECK_THROWS_WITH_AS(throw input_error("a.safetensors: bad"), "a.safetensors: bad", error);
    CHECK_THROWS_WITH_AS(throw work_error("disk full"), "disk full", error);
}

TEST_CASE("bad input is not failed work, nor the reverse") {
    CHECK_FALSE(std::is_base_of_v<input_error, work_error>);
    CHECK_FALSE(std::is_base_of_v<work_error, input_error>);
}
