// SPDX-License-Identifier: Apache-2.0
#include <bouillon/core/python_json.hpp>

#include <doctest/doctest.h>

using namespace bouillon;

TEST_CASE("numbers that are not finite become strings where they stand outside of strings") {
    const auto quoted = [](std::string_view json) { return detail::quote_non_finite(json).text; };
    CHECK(quoted(R"({"a":[0.0,Infinity],"b":-Infinity, "c":NaN})") ==
          R"({"a":[0.0,"Infinity"],"b":"-Infinity", "c":"NaN"})");
    CHECK(quoted(R"({"NaN":"Infinity \" NaN \\", "b":NaN})") == R"({"NaN":"Infinity \" NaN \\", "b":"NaN"})");
    CHECK(quoted("{}") == "{}");
    CHECK(quoted("\"a\\") == "\"a\\");
}

TEST_CASE("a byte after quotes that were put in is found in the text before") {
    const auto json = detail::quote_non_finite("[NaN,?]");
    CHECK(json.text == "[\"NaN\",?]");
    CHECK(json.place_before(1) == 1);
    CHECK(json.place_before(3) == 2);
    CHECK(json.place_before(8) == 6);
}
