// SPDX-License-Identifier: Apache-2.0
#include <bouillon/model/read_rotary.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <string>

using namespace bouillon;
using enum rotary_settings::scaling;

namespace {

rotary_settings read(const std::string& type, const std::string& fields,
                     detail::rotary_share shares = detail::rotary_share::scaled) {
    const detail::config_reader config(R"({"model_type": ")" + type + R"(", "max_position_embeddings": 64)" +
                                           (fields.empty() ? "" : ", ") + fields + "}",
                                       "c.json");
    const auto rotary = detail::read_rotary(config, 8, shares).value();
    (void)config.size("max_position_embeddings");
    config.refuse_unread();
    return rotary;
}

void refused(const std::string& fields, const std::string& message) {
    CHECK_THROWS_WITH_AS(read("llama", fields), message.c_str(), input_error);
}

}  // namespace

TEST_CASE("settings are found where each version of transformers puts them") {
    const rotary_settings plain{.dims = 8, .theta = 500};
    CHECK(read("llama", R"("rope_theta": 500)") == plain);
    CHECK(read("llama", R"("rope_theta": 500, "rope_scaling": null)") == plain);
    CHECK(read("llama", R"("rope_parameters": {"rope_type": "default", "rope_theta": 500})") == plain);
    CHECK(read("llama", "") == rotary_settings{.dims = 8});
    CHECK(read("llama", R"("rope_scaling": {"type": "linear", "factor": 2.0})").factor == 2);
    const rotary_settings scaled{
        .dims = 8, .kind = llama3, .factor = 8, .original_context = 8192, .low_factor = 1, .high_factor = 4};
    const std::string scaling = R"("rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0,
                                   "high_freq_factor": 4.0, "original_max_position_embeddings": 8192)";
    CHECK(read("llama", R"("rope_scaling": {"type": "llama3", )" + scaling + "}") == scaled);
    CHECK(read("llama", R"("rope_parameters": {)" + scaling + "}") == scaled);
}

TEST_CASE("a share of a head is turned where a class has one, or where positions are scaled") {
    const auto always = detail::rotary_share::always;
    CHECK(read("gpt_neox", R"("rotary_pct": 0.5)", always).dims == 4);
    CHECK(read("gpt_neox", "", always).dims == 2);
    CHECK(read("gpt_neox", R"("rotary_pct": 0.125)", always).dims == 2);
    CHECK(read("gpt_neox", R"("rope_parameters": {"partial_rotary_factor": 0.75})", always).dims == 6);
    CHECK(read("llama", R"("partial_rotary_factor": 0.5, "rope_scaling": {"type": "linear", "factor": 2})").dims == 4);
    refused(R"("partial_rotary_factor": 0.5)", "c.json: 'partial_rotary_factor' is 0.5 (supported so far: 1.0)");
}

TEST_CASE("what rope_scaling says counts alone where a file has both") {
    const auto both = read("llama", R"("rope_scaling": {"rope_type": "linear", "factor": 2.0, "rope_theta": 500},
                                       "rope_parameters": {"rope_type": "linear", "factor": 4.0, "rope_theta": 700})");
    CHECK(both.factor == 2);
    CHECK(both.theta == 500);
    CHECK(read("llama", R"("rope_scaling": null, "rope_parameters": {"rope_theta": 700})").theta == 700);
    CHECK(read("llama", R"("rope_scaling": {}, "rope_parameters": {"rope_theta": 700})").theta == 700);
}

TEST_CASE("YaRN's numbers have defaults") {
    const double usual = 0.1 * std::log(4.0) + 1;
    const auto rotary = read("llama", R"("rope_scaling": {"type": "yarn", "factor": 4})");
    CHECK(rotary == rotary_settings{.dims = 8, .kind = yarn, .factor = 4, .original_context = 64, .amplitude = usual});
    CHECK(read("llama", R"("rope_scaling": {"type": "yarn", "original_max_position_embeddings": 16})").factor == 4);
    const auto amplitude = [](const std::string& more) {
        return read("llama", R"("rope_scaling": {"type": "yarn", "factor": 4, )" + more + "}").amplitude;
    };
    CHECK(amplitude(R"("mscale": 2, "mscale_all_dim": 1)") == (0.2 * std::log(4.0) + 1) / usual);
    CHECK(amplitude(R"("mscale": 2, "mscale_all_dim": 0)") == usual);
    CHECK(amplitude(R"("attention_factor": 1.5)") == 1.5);
    CHECK(detail::yarn_amplitude(0.5, 2) == 1);
    CHECK_FALSE(read("llama", R"("rope_scaling": {"type": "yarn", "factor": 4, "truncate": false})").whole_dimensions);
}

TEST_CASE("LongRoPE's factors are read pair by pair") {
    const std::string factors = R"("type": "longrope", "short_factor": [1, 1, 1, 1], "long_factor": [1, 2, 3, 4])";
    const auto rotary = read("llama", R"("original_max_position_embeddings": 16, "rope_scaling": {)" + factors + "}");
    CHECK(rotary.kind == long_rope);
    CHECK(rotary.original_context == 16);
    CHECK(rotary.long_factors == std::vector<double>{1, 2, 3, 4});
    CHECK(rotary.amplitude == std::sqrt(1.5));
    CHECK(read("llama", R"("rope_scaling": {"factor": 1, )" + factors + "}").amplitude == 1);
    CHECK(read("llama", R"("rope_scaling": {"attention_factor": 3, )" + factors + "}").amplitude == 3);
    refused(R"("rope_scaling": {"type": "longrope", "short_factor": [1, 1, 1], "long_factor": [1, 1, 1, 1]})",
            "c.json: rope_scaling: 'short_factor' is [1,1,1] (4 numbers are needed, one for each pair of dimensions)");
    refused(R"("rope_scaling": {"type": "longrope"})", "c.json: rope_scaling: 'short_factor' is missing");
}

TEST_CASE("dynamic positions are plain in windows that the context holds") {
    CHECK(read("llama", R"("rope_scaling": {"type": "dynamic", "factor": 2})") == rotary_settings{.dims = 8});
}

TEST_CASE("a rotation that would be guessed is refused") {
    const std::string unknown = " (bouillon does not know this field; remove it if it does not change the model)";
    refused(R"("rope_scaling": {"type": "proportional", "factor": 4})",
            R"(c.json: rope_scaling: 'type' is "proportional" (supported so far: "default", "linear", "dynamic", )"
            R"("llama3", "yarn", "longrope"))");
    refused(R"("rope_scaling": {"factor": 8})", "c.json: rope_scaling: 'factor' is 8" + unknown);
    refused(R"("rope_parameters": {"rope_type": "linear"})", "c.json: rope_parameters: 'factor' is missing");
    refused(R"("rope_scaling": {"rope_type": "llama3", "factor": 8, "low_freq_factor": 4, "high_freq_factor": 4,
                                "original_max_position_embeddings": 8})",
            "c.json: rope_scaling: 'high_freq_factor' is 4 (it must be above 'low_freq_factor')");
    refused(R"("rope_scaling": {"type": "linear", "factor": 2}, "partial_rotary_factor": 0.4)",
            "c.json: 3 of a head's 8 dimensions cannot be rotated: an even number is needed");
    refused(R"("rope_parameters": {"partial_rotary_factor": 1e300})",
            "c.json: rope_parameters: 'partial_rotary_factor' is 1e+300 (at most 1.0 is possible)");
    refused(R"("rotary_pct": 0.5)", "c.json: 'rotary_pct' is 0.5" + unknown);
    refused(R"("rope_parameters": {"full_attention": {"rope_theta": 5}, "sliding_attention": {"rope_theta": 7}})",
            "c.json: rope_parameters.sliding_attention: 'rope_theta' is 7" + unknown);
}
