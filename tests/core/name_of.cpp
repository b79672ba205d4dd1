// SPDX-License-Identifier: Apache-2.0
#include <bouillon/core/name_of.hpp>

#include <doctest/doctest.h>

using namespace bouillon;

namespace {

struct named {
    std::string name() const { return "mine"; }
};
struct unnamed {};
struct with_another_member {
    std::string name = "a person's";
};

}  // namespace

TEST_CASE("a thing is called what its member says, or unnamed") {
    CHECK(name_of(named{}) == "mine");
    CHECK(name_of(unnamed{}) == "unnamed");
    CHECK(name_of(with_another_member{}) == "unnamed");
}

TEST_CASE("what is made of others is called after them") {
    CHECK(name_of_composite("sum", named{}, unnamed{}) == "sum(mine, unnamed)");
    CHECK(name_of_composite("squared", named{}) == "squared(mine)");
}
