// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/to_string.hpp>
#include <bouillon/model/decoder.hpp>
#include <bouillon/score/held_out.hpp>
#include <bouillon/tensor/parameters.hpp>
#include <bouillon/tensor/thrust_backend.hpp>
#include <bouillon/tensor/thrust_cuda.hpp>

#include "random_elements.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

using gpu = bouillon::thrust_backend<bouillon::thrust_cuda>;

/// A Llama to be measured; transformers_rates.py has the same ones.
struct llama_shape {
    const char* name;
    std::size_t layers, width, heads, key_value_heads, feed_forward, vocabulary;
    bool tied;              ///< the head is the embedding table
    std::size_t rows;       ///< tokens a pass
    std::size_t peak_side;  ///< of the square product that tells the device's peak
};

inline constexpr llama_shape llama_7b = {"llama_7b", 32, 4096, 32, 32, 11008, 32000, false, 4096, 8192};  // Llama 2
inline constexpr llama_shape llama_1b = {"llama_1b", 16, 2048, 32, 8, 8192, 128256, true, 4096, 8192};    // Llama 3.2
inline constexpr llama_shape llama_tiny = {"llama_tiny", 2, 64, 4, 2, 128, 500, false, 64, 64};  // to try the program

inline bouillon::decoder describe(const llama_shape& shape) {
    bouillon::decoder of;
    of.architecture = "llama";
    of.vocabulary = shape.vocabulary;
    of.width = shape.width;
    of.heads = shape.heads;
    of.key_value_heads = shape.key_value_heads;
    of.head_dim = of.value_dim = shape.width / shape.heads;
    of.feed_forward = shape.feed_forward;
    of.layers.assign(shape.layers, {.attention_scale = 1 / std::sqrt(static_cast<double>(of.head_dim))});
    of.context = 2048;
    of.rotaries = {{.dims = of.head_dim}};
    of.norm.epsilon = 1e-5;
    of.tied_head = shape.tied;
    return of;
}

/// A matrix of a model that rows of activations are multiplied by.
struct model_matrix {
    std::string name;
    std::size_t outputs, inputs;
};

/// The matrices of one layer, in the order of a forward pass, their names without the layer's prefix.
inline std::vector<model_matrix> layer_matrices(const bouillon::decoder& of) {
    const bouillon::tensor_names& names = of.names;
    const std::size_t c = of.width, f = of.feed_forward;
    return {{names.query, of.query_width(), c},
            {names.key, of.key_width(), c},
            {names.value, of.value_width(), c},
            {names.attention_output, c, of.heads * of.value_dim},
            {names.gate, f, c},
            {names.up, f, c},
            {names.down, c, f}};
}

/// Numbers that a token is multiplied by: those of the layers' matrices and of the head, tied or not.
inline double multiplied_parameters(const bouillon::decoder& of) {
    std::size_t layer = 0;
    for (const model_matrix& each : layer_matrices(of)) layer += each.outputs * each.inputs;
    return static_cast<double>(layer * of.layers.size() + of.vocabulary * of.width);
}

/// A model's tensors in BF16, of standard deviation 0.02 as before training, and 1 where a norm multiplies.
inline bouillon::parameters<gpu> random_parameters(const bouillon::decoder& of, const gpu& backend,
                                                   std::uint64_t seed) {
    bouillon::parameters<gpu> made;
    const auto add = [&](const std::string& name, std::vector<std::size_t> shape, random_range range) {
        std::size_t size = 1;
        for (const std::size_t extent : shape) size *= extent;
        auto tensor = backend.allocate(size, bouillon::dtype::bf16);
        fill_randomly(backend.system(), tensor.writable(), seed + std::hash<std::string>{}(name), range);
        bouillon::parameter<gpu>& place = made[name + ".weight"];
        place.tensor = std::move(tensor);
        place.shape = std::move(shape);
    };
    constexpr random_range matrix = {0, 0.035f}, ones = {1, 0};
    const bouillon::tensor_names& names = of.names;
    add(names.embedding, {of.vocabulary, of.width}, matrix);
    for (std::size_t i = 0; i < of.layers.size(); ++i) {
        const std::string prefix = names.layers + bouillon::to_string(i) + ".";
        add(prefix + names.attention_norm, {of.width}, ones);
        add(prefix + names.feed_forward_norm, {of.width}, ones);
        for (const model_matrix& each : layer_matrices(of))
            add(prefix + each.name, {each.outputs, each.inputs}, matrix);
    }
    add(names.final_norm, {of.width}, ones);
    if (!of.tied_head) add(names.head, {of.vocabulary, of.width}, matrix);
    return made;
}

/// Documents of random tokens; transformers_rates.py has the same lengths.
struct document_lengths {
    const char* name;
    std::size_t shortest, longest;  ///< tokens that a document feeds

    /// Of document i: spread evenly, in an order without a pattern.
    std::size_t operator()(std::size_t i) const {
        return longest == shortest ? longest : shortest + i * 1219 % (longest - shortest + 1);
    }
};

inline constexpr document_lengths windows_1024 = {"windows_1024", 1024, 1024};
inline constexpr document_lengths windows_2048 = {"windows_2048", 2048, 2048};
inline constexpr document_lengths ragged = {"ragged", 30, 2000};

/// @param fed tokens at least, which all documents feed together
inline bouillon::held_out_documents random_documents(const document_lengths& lengths, std::size_t fed,
                                                     std::size_t vocabulary) {
    std::vector<std::size_t> offsets = {0};
    for (std::size_t i = 0, all = 0; all < fed; all += lengths(i++)) offsets.push_back(offsets.back() + lengths(i) + 1);
    std::vector<std::int32_t> tokens(offsets.back());
    for (std::size_t i = 0; i < tokens.size(); ++i)
        tokens[i] = static_cast<std::int32_t>((i + 1) * 2654435761u % 4294967291u % vocabulary);
    return {std::move(tokens), std::move(offsets), "random"};
}

/// Tokens that a model is fed to predict all of the documents' targets.
inline std::size_t fed_tokens(const bouillon::held_out_documents& documents) {
    return documents.tokens().size() - documents.size();
}
