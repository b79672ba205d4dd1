// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/json_file.hpp>

#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

using namespace bouillon;

TEST_CASE("a JSON object is read and can keep the order of its keys") {
    const test::temporary_directory directory;
    test::write_text(directory / "a.json", R"({"b":1,"a":[1e-05]})");
    CHECK(detail::read_json_object(directory / "a.json").at("a").at(0) == 1e-5);
    CHECK(detail::read_json_object<nlohmann::ordered_json>(directory / "a.json").dump() == R"({"b":1,"a":[1e-05]})");
}

TEST_CASE("what is not a JSON object is refused with the file's name") {
    const test::temporary_directory directory;
    const auto refusal = [&](const std::string& text) {
        test::write_text(directory / "a.json", text);
        const auto message = test::message_of<input_error>([&] { detail::read_json_object(directory / "a.json"); });
        REQUIRE(message.starts_with((directory / "a.json").string()));
        return message.substr((directory / "a.json").string().size());
    };
    CHECK(refusal("") == ": is not valid JSON in UTF-8 at byte 1");
    CHECK(refusal("{\"a\":}") == ": is not valid JSON in UTF-8 at byte 6");
    CHECK(refusal("[]") == ": is not a JSON object");
    CHECK(refusal("{\"a\":1e999}") == ": holds a number beyond the range of float64");
    CHECK(refusal("{\"a\":" + std::string(100'000, '[') + std::string(100'000, ']') + "}") ==
          ": is nested deeper than 64");
}

TEST_CASE("the numbers that Python has words for are read as strings where it wrote the file") {
    const test::temporary_directory directory;
    test::write_text(directory / "a.json", R"({"a":[-Infinity,Infinity,NaN,"NaN"]})");
    CHECK(detail::read_python_object(directory / "a.json").at("a").dump() == R"(["-Infinity","Infinity","NaN","NaN"])");
    CHECK_THROWS_AS(detail::read_json_object(directory / "a.json"), input_error);
}
