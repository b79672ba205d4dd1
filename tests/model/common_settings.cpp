// SPDX-License-Identifier: Apache-2.0
#include <bouillon/model/common_settings.hpp>

#include "model/families/read.hpp"

using namespace bouillon;
using test::json, test::small;

namespace {

decoder finished(const json& config) { return test::read(detail::read_like_llama, config); }

}  // namespace

TEST_CASE("fields about training and generation are passed over, others are not") {
    CHECK_NOTHROW(finished(small("llama", {{"use_cache", true},
                                           {"eos_token_id", {1, 2}},
                                           {"dtype", "bfloat16"},
                                           {"temperature", 0.7},
                                           {"quantization_config", nullptr},
                                           {"pretraining_tp", 2},
                                           {"auto_map", {{"AutoConfig", "x"}}},
                                           {"model_max_length", 4096},
                                           {"_from_model_config", true},
                                           {"z_loss_weight", 0},
                                           {"rope_interleaved", false}})));
    test::check_refused(detail::read_like_llama, small("llama", {{"quantization_config", {{"bits", 4}}}}),
                        "'quantization_config' is {\"bits\":4} (supported so far: null)");
    CHECK_THROWS_AS(finished(small("llama", {{"rope_interleaved", true}})), input_error);
    CHECK_THROWS_AS(finished(small("llama", {{"final_logit_softcapping", 30.0}})), input_error);
}

TEST_CASE("every activation has its names") {
    const auto kind = [](const char* name) { return finished(small("llama", {{"hidden_act", name}})).activation.kind; };
    for (const char* const name : {"silu", "swish"}) CHECK(kind(name) == activation::silu);
    for (const char* const name : {"gelu", "gelu_python"}) CHECK(kind(name) == activation::gelu);
    for (const char* const name : {"gelu_new", "gelu_fast", "gelu_accurate", "gelu_pytorch_tanh", "gelu_python_tanh"})
        CHECK(kind(name) == activation::gelu_tanh);
    CHECK(kind("quick_gelu") == activation::gelu_sigmoid);
    CHECK(kind("relu") == activation::relu);
    CHECK(kind("relu2") == activation::relu_squared);
    CHECK(kind("tanh") == activation::tanh);
    CHECK_THROWS_AS(kind("xielu"), input_error);
}

TEST_CASE("a file does not make lists of any length") {
    test::check_refused(detail::read_like_llama, small("llama", {{"num_hidden_layers", 1000000000000}}),
                        "'num_hidden_layers' is 1000000000000 (at most 10000 are read)");
}

TEST_CASE("heads that do not share keys evenly are refused with both numbers") {
    test::check_refused(detail::read_like_llama, small("llama", {{"num_key_value_heads", 3}}),
                        "'num_attention_heads' 4 is no multiple of 'num_key_value_heads' 3");
}

TEST_CASE("layers of one kind share their rotary settings") {
    const auto model = [](std::vector<bool> slides) {
        const detail::config_reader config(small("olmo3", {{"num_key_value_heads", 4}}).dump(), "c.json");
        decoder result = detail::read_like_llama(config);
        detail::read_rotations(config, result, slides);
        return result;
    };
    CHECK(test::turns(model({true, false, true, false})) == std::vector<int>{1, 0, 1, 0});
    CHECK(test::turns(model({true, true, true, true})) == std::vector<int>{0, 0, 0, 0});
    CHECK(model({true, true, true, true}).rotaries.size() == 1);
}
