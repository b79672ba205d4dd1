// SPDX-License-Identifier: Apache-2.0
#include <bouillon/compare/environment.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace bouillon;

TEST_CASE("the environment names compiler and version and date and processors") {
    const environment here = this_environment("2026-01-02");
    CHECK(here.date == "2026-01-02");
    CHECK(here.bouillon_version == version);
    CHECK(here.cpus >= 1);
    CHECK(here.compiler.find_first_of("0123456789") != std::string::npos);
    CHECK(here.fields().size() == 5);
    CHECK(here.fields()[3].second == "2026-01-02");
}

TEST_CASE("the date is today's where none is given") {
    const std::string date = this_environment().date;
    CHECK(date.size() == 10);
    CHECK(date[4] == '-');
    CHECK(date[7] == '-');
}

TEST_CASE("an environment is told on one line") {
    CHECK(environment_line({"g++ 12.2.0", true, "0.1.0", "2026-01-02", 4}) ==
          "bouillon 0.1.0, compiler g++ 12.2.0, optimised yes, date 2026-01-02, cpus 4");
}
