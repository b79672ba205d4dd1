// SPDX-License-Identifier: Apache-2.0
#include <bouillon/model/families/llama.hpp>

#include "model/families/read.hpp"

using namespace bouillon;
using test::check_refused, test::json, test::read, test::small;

TEST_CASE("fields that a Llama's file leaves out get its class's defaults") {
    const auto model = read(detail::read_llama,
                            small("llama", {{"num_key_value_heads", "absent"}, {"max_position_embeddings", "absent"}}));
    CHECK(model.architecture == "llama");
    CHECK(model.vocabulary == 100);
    CHECK(model.width == 32);
    CHECK(model.feed_forward == 48);
    CHECK(model.layers.size() == 4);
    CHECK(model.key_value_heads == 4);
    CHECK(model.head_dim == 8);
    CHECK(model.value_dim == 8);
    CHECK(model.context == 2048);
    CHECK(model.norm == norm_settings{.epsilon = 1e-6});
    CHECK(model.rotaries == std::vector{rotary_settings{.dims = 8, .theta = 10000}});
    CHECK(model.layers.front() == decoder_layer{.attention_scale = test::usual_scale(8)});
    CHECK(model.activation.kind == activation::silu);
    CHECK(model.gated);
    CHECK_FALSE(model.tied_head);
    CHECK_FALSE(model.query_key_value_biased);
    CHECK(model.names == tensor_names{});
}

TEST_CASE("every field that a Llama's file gives is used") {
    const auto model = read(detail::read_llama, small("llama", {{"head_dim", 16},
                                                                {"rms_norm_eps", 1e-5},
                                                                {"rope_theta", 500000.0},
                                                                {"tie_word_embeddings", true},
                                                                {"attention_bias", true},
                                                                {"mlp_bias", true},
                                                                {"hidden_act", "gelu"},
                                                                {"rope_scaling", nullptr}}));
    CHECK(model.key_value_heads == 2);
    CHECK(model.head_dim == 16);
    CHECK(model.context == 64);
    CHECK(model.norm.epsilon == 1e-5);
    CHECK(model.rotaries.at(0).theta == 500000);
    CHECK(model.tied_head);
    CHECK(model.query_key_value_biased);
    CHECK(model.attention_output_biased);
    CHECK(model.feed_forward_biased);
    CHECK(model.activation.kind == activation::gelu);
}

TEST_CASE("a Llama that would be run wrongly is refused with the field and both values") {
    const auto refused = [](const char* field, const json& value, const char* message) {
        check_refused(detail::read_llama, small("llama", {{field, value}}), message);
    };
    refused("vocab_size", -1, "'vocab_size' is -1 (a positive integer is needed)");
    refused("hidden_size", "96", "'hidden_size' is \"96\" (a positive integer is needed)");
    refused("rms_norm_eps", 0, "'rms_norm_eps' is 0 (a positive number is needed)");
    refused("num_key_value_heads", 3, "'num_attention_heads' 4 is no multiple of 'num_key_value_heads' 3");
    refused("head_dim", 7, "7 of a head's 7 dimensions cannot be rotated: an even number is needed");
    const std::string unknown = " (bouillon does not know this field; remove it if it does not change the model)";
    refused("residual_multiplier", 0.5, ("'residual_multiplier' is 0.5" + unknown).c_str());
    refused("sliding_window", 16, ("'sliding_window' is 16" + unknown).c_str());
    refused("rope_interleaved", true, ("'rope_interleaved' is true" + unknown).c_str());
}

TEST_CASE("all of Mistral's layers attend to a window where there is one") {
    const auto model = read(detail::read_mistral, small("mistral", {{"num_key_value_heads", nullptr}}));
    CHECK(model.key_value_heads == 4);
    CHECK(test::reaches(model) == std::vector<std::size_t>(4, 4096));
    CHECK(model.context == 64);
    check_refused(detail::read_mistral, small("mistral", {{"num_key_value_heads", "absent"}}),
                  "'num_attention_heads' 4 is no multiple of 'num_key_value_heads' 8");
    CHECK_THROWS_AS(read(detail::read_mistral, small("mistral", {{"attention_bias", true}})), input_error);
    CHECK(test::reaches(read(detail::read_mistral, small("mistral", {{"sliding_window", 16}}))) ==
          std::vector<std::size_t>(4, 16));
    CHECK(test::reaches(read(detail::read_mistral, small("mistral", {{"sliding_window", nullptr}}))) ==
          std::vector<std::size_t>(4, 0));
    const std::vector<std::string> kinds = {"sliding_attention", "full_attention", "full_attention", "full_attention"};
    CHECK(test::reaches(read(detail::read_mistral, small("mistral", {{"layer_types", kinds}}))) ==
          std::vector<std::size_t>{4096, 0, 0, 0});
}

TEST_CASE("Arcee's feed-forward is not gated") {
    const auto model = read(detail::read_arcee, small("arcee", {{"mlp_bias", true}}));
    CHECK_FALSE(model.gated);
    CHECK(model.activation.kind == activation::relu_squared);
    CHECK(model.feed_forward_biased);
    CHECK(model.norm.epsilon == 1e-5);
}

TEST_CASE("Seed-OSS has biases on queries, keys and values, and on what attention returns where it says so") {
    const auto model = read(detail::read_seed_oss, small("seed_oss"));
    CHECK(model.query_key_value_biased);
    CHECK_FALSE(model.attention_output_biased);
    CHECK(model.head_dim == 128);
    CHECK(read(detail::read_seed_oss, small("seed_oss", {{"head_dim", nullptr}})).head_dim == 8);
    CHECK(read(detail::read_seed_oss, small("seed_oss", {{"attention_out_bias", true}})).attention_output_biased);
}

TEST_CASE("every fourth of SmolLM 3's layers is not turned, and those alone attend to a window") {
    const auto model = read(detail::read_smollm3, small("smollm3"));
    CHECK(model.tied_head);
    CHECK(model.rotaries.at(0).theta == 2e6);
    CHECK(test::turns(model) == std::vector<int>{0, 0, 0, -1});
    CHECK(test::reaches(model) == std::vector<std::size_t>(4, 0));
    const auto sliding =
        read(detail::read_smollm3,
             small("smollm3", {{"no_rope_layer_interval", 2}, {"use_sliding_window", true}, {"sliding_window", 16}}));
    CHECK(test::turns(sliding) == std::vector<int>{0, -1, 0, -1});
    CHECK(test::reaches(sliding) == std::vector<std::size_t>{0, 16, 0, 16});
    const auto listed = read(detail::read_smollm3, small("smollm3", {{"no_rope_layers", {0, 1, 1, 1}}}));
    CHECK(test::turns(listed) == std::vector<int>{-1, 0, 0, 0});
    const std::vector<std::string> kinds = {"sliding_attention", "full_attention", "full_attention", "full_attention"};
    CHECK(test::reaches(read(
              detail::read_smollm3,
              small("smollm3", {{"use_sliding_window", false}, {"sliding_window", 16}, {"layer_types", kinds}}))) ==
          std::vector<std::size_t>{16, 0, 0, 0});
    check_refused(detail::read_smollm3, small("smollm3", {{"no_rope_layers", {0}}}),
                  "'no_rope_layers' is [0] (one number a layer is needed)");
}

TEST_CASE("Helium and ERNIE 4.5 turn neighbours") {
    const auto helium = read(detail::read_helium, small("helium", {{"head_dim", 8}, {"attention_bias", true}}));
    CHECK(helium.interleaved_rotary);
    CHECK(helium.norm.epsilon == 1e-8);
    CHECK(helium.rotaries.at(0).theta == 100000);
    CHECK(helium.query_key_value_biased);
    CHECK_FALSE(helium.attention_output_biased);
    check_refused(detail::read_helium, small("helium"),
                  "'head_dim' is 128 by default (supported so far: 8, 'hidden_size' / 'num_attention_heads')");
    const auto ernie = read(detail::read_ernie4_5, small("ernie4_5", {{"use_bias", true}}));
    CHECK(ernie.interleaved_rotary);
    CHECK(ernie.head_dim == 128);
    CHECK(ernie.tied_head);
    CHECK(ernie.feed_forward_biased);
}

TEST_CASE("what files of SmolLM 2 and Falcon 3 say beside their class's fields changes nothing") {
    const json published = {{"is_llama_config", true},
                            {"rope_interleaved", false},
                            {"transformers.js_config", {{"dtype", "q4"}}},
                            {"activation", "swiglu"}};
    CHECK(read(detail::read_llama, small("llama", published)) == read(detail::read_llama, small("llama")));
}
