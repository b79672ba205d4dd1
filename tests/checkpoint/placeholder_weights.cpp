// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/placeholder_weights.hpp>

#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

#include <string>

using namespace bouillon;

namespace {

/// The refusal of a checkpoint with one tensor, from the tensor's name on.
std::string refusal(const checkpoint_tensor& tensor, const std::string& config) {
    const test::temporary_directory directory;
    test::write_tensors(directory / "model.safetensors", {{tensor, std::string(tensor.elements() * 4, 'x')}});
    if (!config.empty()) test::write_text(directory / "config.json", config);
    const checkpoint saved(directory.path());
    const auto message = test::message_of<input_error>([&] { detail::check_no_placeholders(saved); });
    return message.substr(std::min(message.find(" tensor "), message.size()));
}

}  // namespace

TEST_CASE("weights of shape [0] are refused where the configuration gives the model a width") {
    const checkpoint_tensor empty{"x", dtype::f32, {0}};
    CHECK(refusal(empty, R"({"hidden_size": 8})")
              .starts_with(
                  " tensor \"x\" has shape [0], but the model of config.json has values there: it is a placeholder"));
    CHECK(refusal(empty, R"({"n_embd": 8})") != "");
    CHECK(refusal(empty, "{}") == "");
    CHECK(refusal(empty, "") == "");
    CHECK(refusal({"x", dtype::i32, {0}}, R"({"hidden_size": 8})") == "");
    CHECK(refusal({"x", dtype::f32, {0, 8}}, R"({"hidden_size": 8})") == "");
    CHECK(refusal({"x", dtype::f32, {1}}, R"({"hidden_size": 8})") == "");
}
