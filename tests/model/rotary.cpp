// SPDX-License-Identifier: Apache-2.0
#include <bouillon/model/rotary.hpp>

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

using namespace bouillon;

namespace {

rotary_settings read(const std::string& json, double share = 1) {
    return detail::read_rotary(detail::config_reader(json, "c.json"), 8, "rope_theta", "rotary_pct", share);
}

}  // namespace

TEST_CASE("plain frequencies are powers of the base") {
    const auto frequencies = rotary_frequencies({.dims = 8, .theta = 10000});
    const std::array<double, 4> expected = {1, 0.1, 0.01, 0.001};
    REQUIRE(frequencies.size() == 4);
    for (std::size_t i = 0; i < 4; ++i) CHECK(frequencies[i] == doctest::Approx(expected[i]).epsilon(1e-7));
}

TEST_CASE("scaled frequencies are those of Llama 3.1, by transformers 5.23") {
    // inv_freq of a head of 128 at theta 500000, factor 8, 1 and 4, 8192 tokens: pairs 0, 28, 29, 33, 36 and 63
    const auto frequencies = rotary_frequencies(
        {.dims = 128, .theta = 500000, .factor = 8, .low_factor = 1, .high_factor = 4, .original_context = 8192});
    const std::vector<std::pair<std::size_t, double>> expectations = {{0, 1},
                                                                      {28, 0.00321144611},
                                                                      {29, 0.00216657063},
                                                                      {33, 0.00031269365},
                                                                      {36, 7.78465546e-05},
                                                                      {63, 3.06892588e-07}};
    REQUIRE(frequencies.size() == 64);
    for (const auto& [pair, expected] : expectations)
        CHECK(static_cast<double>(frequencies[pair]) == doctest::Approx(expected).epsilon(3e-7));
}

TEST_CASE("linear scaling divides every frequency") {
    const auto plain = rotary_frequencies({.dims = 6, .theta = 300});
    const auto scaled = rotary_frequencies({.dims = 6, .theta = 300, .factor = 4});
    for (std::size_t i = 0; i < 3; ++i) CHECK(scaled[i] == plain[i] / 4);
}

TEST_CASE("settings are found where each version of transformers puts them") {
    const rotary_settings plain{.dims = 8, .theta = 500};
    CHECK(read(R"({"rope_theta": 500})") == plain);
    CHECK(read(R"({"rope_theta": 500, "rope_scaling": null})") == plain);
    CHECK(read(R"({"rope_parameters": {"rope_type": "default", "rope_theta": 500}})") == plain);
    CHECK(read("{}") == rotary_settings{.dims = 8});
    CHECK(read(R"({"rotary_pct": 0.5})", 0.25).dims == 4);
    CHECK(read("{}", 0.25).dims == 2);
    CHECK(read(R"({"rope_parameters": {"partial_rotary_factor": 0.75}})", 0.25).dims == 6);
    CHECK(read(R"({"rope_scaling": {"type": "linear", "factor": 2.0}})").factor == 2);
    const rotary_settings llama3{.dims = 8, .factor = 8, .low_factor = 1, .high_factor = 4, .original_context = 8192};
    const std::string scaling = R"("rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0,
                                   "high_freq_factor": 4.0, "original_max_position_embeddings": 8192)";
    CHECK(read(R"({"rope_scaling": {"type": "llama3", )" + scaling + "}}") == llama3);
    CHECK(read(R"({"rope_parameters": {)" + scaling + "}}") == llama3);
}

TEST_CASE("a rotation that would be guessed is refused") {
    const auto refused = [](const std::string& json, const std::string& message) {
        CHECK_THROWS_WITH_AS(read(json), message.c_str(), input_error);
    };
    refused(R"({"rope_scaling": {"type": "yarn", "factor": 4}})",
            R"(c.json: rope_scaling: 'type' is "yarn" (supported so far: "default", "linear", "llama3"))");
    refused(R"({"rope_scaling": {"factor": 8}})",
            "c.json: rope_scaling: 'factor' is 8 (bouillon does not know this field; remove it if it does not change "
            "the model)");
    refused(R"({"rope_parameters": {"rope_type": "linear"}})", "c.json: rope_parameters: 'factor' is missing");
    refused(R"({"rope_scaling": {"rope_type": "llama3", "factor": 8, "low_freq_factor": 4, "high_freq_factor": 4,
                                 "original_max_position_embeddings": 8}})",
            "c.json: rope_scaling: 'high_freq_factor' is 4 (it must be above 'low_freq_factor')");
    refused(R"({"rotary_pct": 0.4})", "c.json: 3 of a head's 8 dimensions cannot be rotated: an even number is needed");
}
