// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint.hpp>

#include "checkpoint/files.hpp"

namespace test {

inline std::string refusal(const std::filesystem::path& path) {
    return message_of<bouillon::input_error>([&] { bouillon::checkpoint{path}; });
}

inline void write_bytes(const std::filesystem::path& path, std::vector<std::string> names) {
    std::vector<stored_tensor> tensors;
    for (const auto& name : names) tensors.push_back({{name, bouillon::dtype::u8, {name.size()}}, name});
    write_tensors(path, tensors);
}

/// Two shards that hold "a", "c" and "b", and the index that says so.
inline void write_shards(const std::filesystem::path& directory) {
    write_bytes(directory / "model-00001-of-00002.safetensors", {"a", "c"});
    write_bytes(directory / "model-00002-of-00002.safetensors", {"b"});
    write_text(directory / "model.safetensors.index.json", R"({"metadata":{"total_size":999},"weight_map":{
        "a":"model-00001-of-00002.safetensors","b":"model-00002-of-00002.safetensors","c":"model-00001-of-00002.safetensors"}})");
}

}  // namespace test
