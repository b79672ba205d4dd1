// SPDX-License-Identifier: Apache-2.0
#include <bouillon/config/config_reader.hpp>

#include <doctest/doctest.h>

using namespace bouillon;
using bouillon::detail::config_reader;

namespace {

const config_reader file(R"({"size": 96, "negative": -1, "text": "silu", "half": 0.5, "yes": true, "none": null,
                             "numbers": [1, 0.5], "texts": ["a", "b"], "mixed": [1, "a"], "nothing": 0})",
                         "run/config.json");

void refused(const char* json, const char* message) {
    const config_reader config(json, "c.json");
    CHECK_THROWS_WITH_AS(config.refuse_unread(), message, input_error);
}

}  // namespace

TEST_CASE("settings are read as what they are") {
    CHECK(file.size("size") == 96);
    CHECK(file.count("nothing") == 0);
    CHECK(file.number("half") == 0.5);
    CHECK(file.number_or("none", 2) == 2);
    CHECK(file.flag("yes"));
    CHECK(file.text("text") == "silu");
    CHECK(file.numbers("numbers") == std::vector<double>{1, 0.5});
    CHECK(file.texts("texts") == std::vector<std::string>{"a", "b"});
    CHECK_FALSE(file.has("none"));
    CHECK_FALSE(file.says("none"));
    CHECK_FALSE(file.has("absent"));
    CHECK(file.says("half"));
    CHECK(file.is("half", 0.5));
    CHECK_FALSE(file.is("absent", 0.5));
}

TEST_CASE("what a file does not say is what its class has, or what follows from other fields") {
    const config_reader config(R"({"model_type": "llama", "hidden_size": 96, "num_attention_heads": 4})", "c.json");
    CHECK(config.number("rms_norm_eps") == 1e-6);
    CHECK(config.size("head_dim") == 24);
    CHECK(config.size("num_key_value_heads") == 4);
    CHECK_FALSE(config.says("head_dim"));
    CHECK(config.number("rope full_attention rope_theta") == 10000);
}

TEST_CASE("a setting is found under any of its names and called by the file's") {
    const config_reader config(R"({"model_type": "gpt2", "n_embd": -2})", "c.json");
    CHECK_THROWS_WITH_AS(config.size("hidden_size"), "c.json: 'n_embd' is -2 (a positive integer is needed)",
                         input_error);
    CHECK(config.spelling("hidden_size") == "n_embd");
    CHECK(config.spelling("vocab_size") == "vocab_size");
    const config_reader twice(R"({"hidden_size": 8, "n_embd": 8, "num_layers": 2, "num_hidden_layers": 3})", "c.json");
    CHECK(twice.size("hidden_size") == 8);
    CHECK_THROWS_WITH_AS(twice.size("num_hidden_layers"), "c.json: 'num_layers' is 2, but 'num_hidden_layers' is 3",
                         input_error);
    CHECK_THROWS_WITH_AS(twice.refuse_unread(),
                         "c.json: 'num_layers' is 2 (bouillon does not know this field; remove it if it does not "
                         "change the model)",
                         input_error);
}

TEST_CASE("a field of another kind or value is refused with both") {
    CHECK_THROWS_WITH_AS(file.size("negative"), "run/config.json: 'negative' is -1 (a positive integer is needed)",
                         input_error);
    CHECK_THROWS_WITH_AS(file.size("text"), "run/config.json: 'text' is \"silu\" (a positive integer is needed)",
                         input_error);
    CHECK_THROWS_WITH_AS(file.size("half"), "run/config.json: 'half' is 0.5 (a positive integer is needed)",
                         input_error);
    CHECK_THROWS_WITH_AS(file.count("negative"),
                         "run/config.json: 'negative' is -1 (an integer, 0 or above, is needed)", input_error);
    CHECK_THROWS_WITH_AS(file.number("yes"), "run/config.json: 'yes' is true (a positive number is needed)",
                         input_error);
    CHECK_THROWS_WITH_AS(file.flag("size"), "run/config.json: 'size' is 96 (true or false is needed)", input_error);
    CHECK_THROWS_WITH_AS(file.text("size"), "run/config.json: 'size' is 96 (a string is needed)", input_error);
    CHECK_THROWS_WITH_AS(file.numbers("mixed"), "run/config.json: 'mixed' is [1,\"a\"] (a list of numbers is needed)",
                         input_error);
    CHECK_THROWS_WITH_AS(file.texts("size"), "run/config.json: 'size' is 96 (a list of strings is needed)",
                         input_error);
    CHECK_THROWS_WITH_AS(file.size("absent"), "run/config.json: 'absent' is missing", input_error);
    CHECK_THROWS_WITH_AS(file.require("text", "gelu"),
                         "run/config.json: 'text' is \"silu\" (supported so far: \"gelu\")", input_error);
    CHECK_NOTHROW(file.require("text", "silu"));
    CHECK_NOTHROW(file.require("absent", 1));
    const config_reader by_default(R"({"model_type": "mistral"})", "c.json");
    CHECK_THROWS_WITH_AS(by_default.refuse("sliding_window", "too long"),
                         "c.json: 'sliding_window' is 4096 by default (too long)", input_error);
}

TEST_CASE("a field inside another is called by both names") {
    const config_reader config(R"({"rope_scaling": {"type": "linear", "factor": 2}})", "c.json");
    CHECK_THROWS_WITH_AS(config.refuse("rope full_attention rope_type", "no"),
                         "c.json: rope_scaling: 'type' is \"linear\" (no)", input_error);
    CHECK_THROWS_WITH_AS(config.size("rope full_attention attention_factor"),
                         "c.json: rope_scaling: 'attention_factor' is missing", input_error);
}

TEST_CASE("a field that nobody asked for is refused unless it is harmless, does nothing or is null") {
    const config_reader config(R"({"vocab_size": 8, "use_cache": true, "logit_scale": 2.5, "nothing": null,
                                   "attention_bias": false, "residual_multiplier": 1.0})",
                               "c.json");
    CHECK(config.size("vocab_size") == 8);
    CHECK_THROWS_WITH_AS(config.refuse_unread(),
                         "c.json: 'logit_scale' is 2.5 (bouillon does not know this field; remove it if it does not "
                         "change the model)",
                         input_error);
    CHECK(config.number("logit_scale") == 2.5);
    CHECK_NOTHROW(config.refuse_unread());
    refused(R"({"residual_multiplier": 0.5})",
            "c.json: 'residual_multiplier' is 0.5 (bouillon does not know this field; remove it if it does not change "
            "the model)");
    const config_reader passed(R"({"rope_theta": 5})", "c.json");
    passed.pass_over("rope_theta", "rope_scaling");
    CHECK_NOTHROW(passed.refuse_unread());
}

TEST_CASE("settings of positions that nobody asked for are refused one by one") {
    const char* const unknown = " (bouillon does not know this field; remove it if it does not change the model)";
    refused(R"({"rope_scaling": {"factor": 8}})",
            ("c.json: rope_scaling: 'factor' is 8" + std::string(unknown)).c_str());
    refused(R"({"rope_parameters": {"full_attention": {"a": 1}}})",
            ("c.json: rope_parameters.full_attention: 'a' is 1" + std::string(unknown)).c_str());
    const config_reader both(R"({"rope_scaling": {"type": "linear", "factor": 8}, "rope_parameters": {"factor": 4}})",
                             "c.json");
    CHECK(both.text("rope full_attention rope_type") == "linear");
    CHECK(both.number("rope full_attention factor") == 8);
    CHECK_NOTHROW(both.refuse_unread());
}

TEST_CASE("a setting that follows from others counts them as read") {
    const config_reader config(R"({"model_type": "qwen2", "num_hidden_layers": 2, "use_sliding_window": true,
                                   "sliding_window": 8, "max_window_layers": 1})",
                               "c.json");
    CHECK(config.size("num_hidden_layers") == 2);
    CHECK(config.texts("layer_types") == std::vector<std::string>{"full_attention", "sliding_attention"});
    CHECK(config.size("sliding_window") == 8);
    CHECK_NOTHROW(config.refuse_unread());
}

TEST_CASE("a file that is no JSON object is refused") {
    CHECK_THROWS_WITH_AS(config_reader("[]", "c.json"), "c.json: not a JSON object", input_error);
    CHECK_THROWS_WITH_AS(config_reader("{", "c.json"), "c.json: not a JSON object", input_error);
}

TEST_CASE("a field with a dot in its name is refused like any other") {
    const detail::config_reader config(R"({"model_type": "llama", "some.js_config": {"a": 1}})", "c.json");
    config.text("model_type");
    CHECK_THROWS_WITH_AS(config.refuse_unread(),
                         "c.json: 'some.js_config' is {\"a\":1} (bouillon does not know this field; remove it if it "
                         "does not change the model)",
                         input_error);
}
