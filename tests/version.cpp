// SPDX-License-Identifier: Apache-2.0
#include <bouillon/version.hpp>

#include <doctest/doctest.h>

#include <regex>
#include <string>

TEST_CASE("the version is three numbers, which the build reads from the header") {
    CHECK(std::regex_match(bouillon::version, std::regex(R"(\d+\.\d+\.\d+)")));
    CHECK(std::string(bouillon::version) == BOUILLON_PACKAGE_VERSION);
}
