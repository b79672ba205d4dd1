// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/model/gpt_neox.hpp>
#include <bouillon/model/language_model_config.hpp>
#include <bouillon/model/llama.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace bouillon {

/// Reads a causal language model from the text of a config.json: Llama, Mistral, Qwen 2, Qwen 3 or GPT-NeoX.
///
/// A field that would change the arithmetic and is not supported is refused, and so is one that is not known: never
/// ignored. Where attention slides, `context` is no longer than what it reaches back to, so that windows of that length
/// need no mask.
/// Reference: Hugging Face transformers, LlamaConfig and its like.
/// @param text the file's contents, UTF-8 JSON
/// @param origin the file's name, for messages
/// @throws input_error naming the file, the field and both values
inline language_model_config parse_config(std::string_view text, const std::string& origin) {
    const detail::config_reader config(text, origin);
    const std::string architecture = config.text("model_type");
    for (const char* const family : {"llama", "mistral", "qwen2", "qwen3"})
        if (architecture == family) return detail::read_llama(config, architecture);
    if (architecture == "gpt_neox") return detail::read_gpt_neox(config);
    config.refuse<unknown_model>("model_type",
                                 R"(bouillon scores "llama", "mistral", "qwen2", "qwen3" and "gpt_neox")");
}

/// Reads a config.json file.
/// @throws input_error where it cannot be read, and as parse_config does
inline language_model_config read_config(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw input_error(path.string() + ": cannot be read");
    const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    return parse_config(text, path.string());
}

}  // namespace bouillon
