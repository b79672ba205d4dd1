// SPDX-License-Identifier: Apache-2.0
#include <bouillon/core/own_check.hpp>
#include <bouillon/core/error.hpp>

#include <doctest/doctest.h>

using namespace bouillon;

namespace {

struct unchecked {};
struct never_right {
    void check() const { throw input_error("never right"); }
};

}  // namespace

TEST_CASE("what has a check of its own is checked and all else passes") {
    CHECK_NOTHROW(detail::own_check(unchecked{}));
    CHECK_THROWS_WITH_AS(detail::own_check(never_right{}), "never right", input_error);
}
