// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/model/decoder.hpp>

#include <filesystem>
#include <string>
#include <string_view>

namespace bouillon {

/// Reads a causal language model from the text of a config.json, of any family of `model_families` (config.ipp).
///
/// A field that would change the arithmetic and is not supported is refused, and so is one that is not known: never
/// ignored. What a file leaves out is its class's default.
/// Reference: Hugging Face transformers 5.24, the configuration classes.
/// @param text the file's contents, UTF-8 JSON
/// @param origin the file's name, for messages
/// @throws input_error naming the file, the field and both values; unknown_model where no family has its type
decoder parse_config(std::string_view text, const std::string& origin);

/// Reads a config.json file.
/// @throws input_error where it cannot be read, and as parse_config does
decoder read_config(const std::filesystem::path& path);

}  // namespace bouillon

#ifndef BOUILLON_COMPILED
#    include <bouillon/model/config.ipp>
#endif
