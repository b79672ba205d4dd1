// SPDX-License-Identifier: Apache-2.0
#include <bouillon/core/in_quotes.hpp>

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <random>
#include <string>

using namespace bouillon;

namespace {

std::string as_the_library_has_it(const std::string& text) {
    return nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

}  // namespace

TEST_CASE("text from outside is shown in quotes as printable ASCII") {
    CHECK(in_quotes("") == "\"\"");
    CHECK(in_quotes("a\"b\x1b[31m\xc3\xa9") == "\"a\\\"b\\u001b[31m\\u00e9\"");
    CHECK(in_quotes("\xf0\x9f\x8d\xb2") == "\"\\ud83c\\udf72\"");
    CHECK(in_quotes("\xff") == "\"\\ufffd\"");  // not UTF-8
}

TEST_CASE("quoted text is what a JSON library makes of it, for any bytes") {
    // Lead bytes and what may stand behind them are likely, so that characters of all lengths, whole and torn, occur.
    const std::string bytes = std::string("\0\x1f az\"\\/\n\x7f\x80\x8f\x90\x9f\xa0\xbf\xc1\xc2\xdf\xe0\xe1\xec", 23) +
                              "\xed\xee\xef\xf0\xf1\xf3\xf4\xf5\xff";
    std::mt19937 engine(1);
    for (int i = 0; i < 50'000; ++i) {
        std::string text(engine() % 9, '\0');
        for (char& c : text) c = engine() % 4 ? bytes[engine() % bytes.size()] : static_cast<char>(engine() % 256);
        REQUIRE(in_quotes(text) == as_the_library_has_it(text));
    }
}
