// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/model_config.hpp>

#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

using namespace bouillon;

namespace {

/// The refusal of two checkpoints with these configurations, with "DIR" for their directory; an empty one is no file.
std::string refusal(const std::string& first, const std::string& second) {
    const test::temporary_directory directory;
    std::vector<checkpoint> checkpoints;
    for (const auto& [name, config] : {std::pair("1", first), std::pair("2", second)}) {
        test::write_tensors(directory / name / "model.safetensors", {});
        if (!config.empty()) test::write_text(directory / name / "config.json", config);
        checkpoints.emplace_back(directory / name);
    }
    std::string message = test::message_of<input_error>([&] { detail::check_same_model(checkpoints); });
    const std::string path = directory.path().string();
    for (auto at = message.find(path); at != std::string::npos; at = message.find(path))
        message.replace(at, path.size(), "DIR");
    return message;
}

}  // namespace

TEST_CASE("configurations of one model may differ in what does not define it") {
    CHECK(refusal(R"({"model_type":"llama","torch_dtype":"bfloat16","rope_theta":10000.0})",
                  R"({"rope_theta":10000,"transformers_version":"5","use_cache":false,"model_type":"llama"})") == "");
    CHECK(refusal(R"({"rope_scaling":{"type":"linear","factor":2}})",
                  R"({"rope_scaling":{"factor":2,"type":"linear"}})") == "");
    CHECK(refusal(R"({"rope_scaling":null})", "{}") == "");
}

TEST_CASE("a field that defines the model must be the same") {
    CHECK(refusal(R"({"model_type":"llama"})", R"({"model_type":"gpt_neox"})") ==
          "DIR/2/config.json: model_type is \"gpt_neox\", but \"llama\" in DIR/1/config.json");
    CHECK(refusal(R"({"rope_theta":10000.0})", R"({"rope_theta":500000.0})") ==
          "DIR/2/config.json: rope_theta is 500000.0, but 10000.0 in DIR/1/config.json");
    CHECK(refusal(R"({"model_type":"llama","tie_word_embeddings":true})", R"({"model_type":"llama"})") ==
          "DIR/2/config.json: tie_word_embeddings is false by default, but true in DIR/1/config.json");
    CHECK(refusal(R"({"clip_qkv":8.0})", R"({"clip_qkv":null})") ==
          "DIR/2/config.json: clip_qkv is null, but 8.0 in DIR/1/config.json");
}

TEST_CASE("a setting that the oldest leaves open is compared among the others") {
    const test::temporary_directory directory;
    std::vector<checkpoint> checkpoints;
    for (const char* config : {"{}", R"({"scale_emb":12})", R"({"scale_emb":1})"}) {
        const auto path = directory / std::string(1, static_cast<char>('0' + checkpoints.size()));
        test::write_tensors(path / "model.safetensors", {});
        test::write_text(path / "config.json", config);
        checkpoints.emplace_back(path);
    }
    CHECK_THROWS_AS(detail::check_same_model(checkpoints), input_error);
}

TEST_CASE("numbers that are equal in float32 are equal, and those that Python has words for are read") {
    CHECK(refusal(R"({"rms_norm_eps":1e-05})", R"({"rms_norm_eps":9.999999747378752e-06})") == "");
    CHECK(refusal(R"({"time_step_limit":[0.0,Infinity]})", R"({"time_step_limit":[0,Infinity],"x":NaN})") == "");
    CHECK(refusal(R"({"time_step_limit":[0.0,Infinity]})", R"({"time_step_limit":[0.0,-Infinity]})") ==
          "DIR/2/config.json: time_step_limit is [0.0,\"-Infinity\"], but [0.0,\"Infinity\"] in DIR/1/config.json");
}

TEST_CASE("a checkpoint without a configuration is taken as it is") {
    CHECK(refusal(R"({"model_type":"llama"})", "") == "");
    CHECK(refusal("", R"({"model_type":"llama"})") == "");
}

TEST_CASE("a quantized checkpoint is refused") {
    CHECK(refusal("{}", R"({"quantization_config":{"bits":4}})") ==
          "DIR/2/config.json: has a quantization_config; quantized checkpoints cannot be merged");
    CHECK(refusal(R"({"quantization_config":null})", "{}") == "");
}

TEST_CASE("a configuration that cannot be read is refused") {
    CHECK(refusal("{}", "{") == "DIR/2/config.json: is not valid JSON in UTF-8 at byte 2");
    CHECK(refusal("{}", R"({"a":NaN,?)") == "DIR/2/config.json: is not valid JSON in UTF-8 at byte 10");
}
