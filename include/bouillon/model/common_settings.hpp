// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/config/config_reader.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/model/decoder.hpp>
#include <bouillon/model/read_rotary.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// The steps that the readers of families (families/) have in common, each of which fills in a part of a description.
namespace bouillon::detail {

inline activation_function read_activation(const config_reader& config) {
    constexpr std::array<std::pair<const char*, activation>, 7> known = {{{"silu", activation::silu},
                                                                          {"gelu", activation::gelu},
                                                                          {"gelu_pytorch_tanh", activation::gelu_tanh},
                                                                          {"quick_gelu", activation::gelu_sigmoid},
                                                                          {"relu", activation::relu},
                                                                          {"relu2", activation::relu_squared},
                                                                          {"tanh", activation::tanh}}};
    const std::string name = config.text("hidden_act");
    for (const auto& [known_name, kind] : known)
        if (name == known_name) return {.kind = kind};
    config.refuse("hidden_act",
                  R"(supported so far: "silu", "swish", "gelu", "gelu_python", "gelu_new", "gelu_fast", )"
                  R"("gelu_accurate", "gelu_pytorch_tanh", "gelu_python_tanh", "quick_gelu", "relu", "relu2", "tanh")");
}

/// The sizes that every family has; its layers, which are all alike.
inline decoder read_sizes(const config_reader& config) {
    decoder result;
    result.architecture = config.text("model_type");
    result.vocabulary = config.size("vocab_size");
    result.width = config.size("hidden_size");
    result.heads = config.size("num_attention_heads");
    result.context = config.size("max_position_embeddings");
    const std::size_t layers = config.size("num_hidden_layers");
    if (layers > most_layers) config.refuse("num_hidden_layers", "at most " + to_string(most_layers) + " are read");
    result.layers.resize(layers);
    result.tied_head = config.flag("tie_word_embeddings");
    return result;
}

inline void set_attention_scale(decoder& result, double scale) {
    for (auto& layer : result.layers) layer.attention_scale = scale;
}

/// The number of key heads, and the dimensions of a head.
inline void read_heads(const config_reader& config, decoder& result) {
    result.key_value_heads = config.size("num_key_value_heads");
    if (result.width % result.heads != 0 &&
        config.is("head_dim", static_cast<double>(result.width) / static_cast<double>(result.heads)))
        config.refuse("hidden_size", "it is no multiple of 'num_attention_heads' " + to_string(result.heads));
    result.head_dim = result.value_dim = config.size("head_dim");
    set_attention_scale(result, static_cast<double>(1 / std::sqrt(static_cast<float>(result.head_dim))));
}

/// Refuses heads that do not share the width: for classes in which a file's 'head_dim' says nothing.
inline void require_heads_of_width(const config_reader& config, const decoder& result) {
    if (result.heads * result.head_dim != result.width)
        config.refuse("head_dim", "supported so far: " + to_string(result.width / result.heads) +
                                      ", 'hidden_size' / 'num_attention_heads'");
}

/// A layer normalisation, whose weights may be without biases.
inline norm_settings layer_norm(double epsilon, bool biased = true) {
    return {.kind = norm_settings::function::layer, .epsilon = epsilon, .biased = biased};
}

/// All of a model in which nothing is as in Llama but what the caller changes: of the RMS norm `rms_norm_eps`, turned
/// heads, and a gated feed-forward.
inline decoder read_like_llama(const config_reader& config) {
    decoder result = read_sizes(config);
    read_heads(config, result);
    result.feed_forward = config.size("intermediate_size");
    result.activation = read_activation(config);
    result.norm.epsilon = config.number("rms_norm_eps");
    return result;
}

/// One way in which all layers' queries and keys are turned.
inline void read_rotation(const config_reader& config, decoder& result, rotary_share shares = rotary_share::scaled) {
    const auto rotary = read_rotary(config, result.head_dim, shares);
    if (rotary)
        result.rotaries = {*rotary};
    else
        for (auto& layer : result.layers) layer.rotary.reset();
}

/// One window for all layers, where there is any.
inline void read_same_windows(const config_reader& config, decoder& result) {
    if (!config.has("sliding_window")) return;
    for (auto& layer : result.layers) layer.reach = config.size("sliding_window");
}

/// The windows of those layers that are listed as having one.
/// @return which have
inline std::vector<bool> read_windows(const config_reader& config, decoder& result) {
    const auto kinds = config.texts("layer_types");
    if (kinds.size() < result.layers.size())
        config.refuse("layer_types", "a kind is needed for each of " + to_string(result.layers.size()) + " layers");
    std::vector<bool> slides;
    for (std::size_t i = 0; i < result.layers.size(); ++i) {
        slides.push_back(kinds[i] == "sliding_attention");
        if (!slides[i] && kinds[i] != "full_attention")
            config.refuse("layer_types", R"(supported so far: "full_attention", "sliding_attention")");
        if (slides[i] && !config.has("sliding_window"))
            config.refuse("layer_types", R"("sliding_attention" needs a 'sliding_window')");
        if (slides[i]) result.layers[i].reach = config.size("sliding_window");
    }
    config.pass_over("sliding_window");  // which may be said where no layer has one
    return slides;
}

/// Two ways in which queries and keys are turned, of layers with a window and of the others.
inline void read_rotations(const config_reader& config, decoder& result, const std::vector<bool>& slides) {
    const std::array<const char*, 2> kinds = {"full_attention", "sliding_attention"};
    std::array<std::optional<std::size_t>, 2> places;
    for (const bool windowed : {false, true}) {
        auto rotary = read_rotary(config, result.head_dim, rotary_share::scaled, kinds[windowed]);
        if (!rotary || std::find(slides.begin(), slides.end(), windowed) == slides.end()) continue;
        places[windowed] = result.rotaries.size();
        result.rotaries.push_back(std::move(*rotary));
    }
    for (std::size_t i = 0; i < slides.size(); ++i) result.layers[i].rotary = places[slides[i]];
}

/// The number of experts, and of those that a token takes.
/// @param width the setting of the width between an expert's maps
inline expert_settings read_experts(const config_reader& config, const char* width) {
    expert_settings experts{.count = config.size("num_experts"),
                            .chosen = config.size("num_experts_per_tok"),
                            .feed_forward = config.size(width)};
    if (experts.chosen > experts.count)
        config.refuse("num_experts_per_tok", "there are " + to_string(experts.count) + " experts");
    return experts;
}

/// Experts in all layers.
inline void use_experts(decoder& result) {
    for (auto& layer : result.layers) layer.experts = true;
    result.feed_forward = 0;
}

/// What must be so in a description of any family.
/// @throws input_error
inline void finish(const config_reader& config, const decoder& result) {
    config.require("quantization_config", nullptr);
    if (result.heads % result.key_value_heads != 0)
        throw input_error(config.origin() + ": 'num_attention_heads' " + to_string(result.heads) +
                          " is no multiple of 'num_key_value_heads' " + to_string(result.key_value_heads));
    const bool experts = std::any_of(result.layers.begin(), result.layers.end(),
                                     [](const decoder_layer& layer) { return layer.experts; });
    const norm_places& places = result.feed_forward_norms;
    if (experts && (!places.input || places.output || places.sum))
        throw input_error(config.origin() + ": experts are run only behind a norm of their input, and no other");
    config.refuse_unread();
}

}  // namespace bouillon::detail
