// SPDX-License-Identifier: Apache-2.0
#include <bouillon/model/config_reader.hpp>

#include <doctest/doctest.h>

using namespace bouillon;
using bouillon::detail::config_reader;

namespace {

const config_reader file(R"({"size": 96, "negative": -1, "text": "silu", "half": 0.5, "yes": true, "none": null,
                             "inside": {"a": 1}})",
                         "run/config.json");

}  // namespace

TEST_CASE("fields are read as what they are") {
    CHECK(file.size("size") == 96);
    CHECK(file.size_or("absent", 7) == 7);
    CHECK(file.number("half") == 0.5);
    CHECK(file.number_or("none", 2) == 2);
    CHECK(file.flag_or("yes", false));
    CHECK(file.flag_or("absent", true));
    CHECK(file.text("text") == "silu");
    CHECK(file.object("inside").size("a") == 1);
    CHECK_FALSE(file.object("absent").has("a"));
    CHECK_FALSE(file.has("none"));
    CHECK(file.contains("none"));
}

TEST_CASE("a field of another kind or value is refused with both") {
    CHECK_THROWS_WITH_AS(file.size("negative"), "run/config.json: 'negative' is -1 (a positive integer is needed)",
                         input_error);
    CHECK_THROWS_WITH_AS(file.size("text"), "run/config.json: 'text' is \"silu\" (a positive integer is needed)",
                         input_error);
    CHECK_THROWS_WITH_AS(file.number("yes"), "run/config.json: 'yes' is true (a positive number is needed)",
                         input_error);
    CHECK_THROWS_WITH_AS(file.flag_or("size", true), "run/config.json: 'size' is 96 (true or false is needed)",
                         input_error);
    CHECK_THROWS_WITH_AS(file.text("size"), "run/config.json: 'size' is 96 (a string is needed)", input_error);
    CHECK_THROWS_WITH_AS(file.size("absent"), "run/config.json: 'absent' is missing", input_error);
    CHECK_THROWS_WITH_AS(file.object("inside").size("b"), "run/config.json: inside: 'b' is missing", input_error);
    CHECK_THROWS_WITH_AS(file.object("size"), "run/config.json: size: not a JSON object", input_error);
    CHECK_THROWS_WITH_AS(file.require("text", "gelu"),
                         "run/config.json: 'text' is \"silu\" (supported so far: \"gelu\")", input_error);
    CHECK_NOTHROW(file.require("text", "silu"));
    CHECK_NOTHROW(file.require("absent", 1));
}

TEST_CASE("a field that nobody asked for is refused unless it is harmless or null") {
    const config_reader config(R"({"vocab_size": 8, "use_cache": true, "logit_scale": 2.5, "nothing": null})",
                               "c.json");
    CHECK(config.size("vocab_size") == 8);
    CHECK_THROWS_WITH_AS(config.refuse_unread({"use_cache"}),
                         "c.json: 'logit_scale' is 2.5 (bouillon does not know this field; remove it if it does not "
                         "change the model)",
                         input_error);
    CHECK_NOTHROW(config.refuse_unread({"use_cache", "logit_scale"}));
    CHECK(config.number("logit_scale") == 2.5);
    CHECK_NOTHROW(config.refuse_unread({"use_cache"}));
}
