// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint_contents.hpp>
#include <bouillon/checkpoint/safetensors.hpp>
#include <bouillon/core/in_quotes.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What PyTorch's torch.distributed.checkpoint writes with HuggingFaceStorageWriter(save_distributed=True): a file for
// each process, shard-00001-model-00001-of-00002.safetensors, with the blocks of tensors that the process held, and in
// its metadata, under DCP_SHARDING_INFO, where each block begins: {"TENSOR": {"saved_offsets": [0, 128]}}.
namespace bouillon::detail {

inline nlohmann::json read_sharding_info(const safetensors_file& file) {
    const auto info_text = file.metadata().find("DCP_SHARDING_INFO");
    if (info_text == file.metadata().end())
        throw input_error(file.path().string() + ": has no DCP_SHARDING_INFO in its metadata, as its name lets expect");
    auto info = nlohmann::json::parse(std::string_view(info_text->second), nullptr, false);
    if (!info.is_object()) throw input_error(file.path().string() + ": DCP_SHARDING_INFO is not a JSON object");
    return info;
}

inline std::vector<std::size_t> saved_offsets(const nlohmann::json& info, const tensor_entry& tensor,
                                              const safetensors_file& file) {
    const auto fail = [&](const std::string& what) {
        throw input_error(file.path().string() + ": tensor " + in_quotes(tensor.name) + ' ' + what);
    };
    const auto entry = info.find(tensor.name);
    if (entry == info.end() || !entry->is_object() || !entry->contains("saved_offsets"))
        fail("has no saved_offsets in DCP_SHARDING_INFO");
    const auto& stored = entry->at("saved_offsets");
    std::vector<std::size_t> offsets;  // (dimensions)
    bool numbers = stored.is_array();
    for (const auto& offset : stored) {
        numbers = numbers && offset.is_number_unsigned();
        if (numbers) offsets.push_back(offset.get<std::size_t>());
    }
    if (!numbers || offsets.size() != tensor.shape.size())
        fail("of shape " + to_string(tensor.shape) + " has saved_offsets " +
             stored.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace));
    return offsets;
}

/// Adds a block to a tensor, which reaches as far as its farthest block: nothing in the files tells of more.
/// @throws input_error, with both, where the block is of another type or rank than the tensor's first
inline void add_piece(stored_tensor& tensor, dtype type, tensor_block piece) {
    auto& [name, whole_type, shape] = tensor.description;
    if (tensor.blocks.empty()) {
        whole_type = type;
        shape.assign(piece.shape.size(), 0);
    }
    if (type != whole_type || piece.shape.size() != shape.size())
        throw input_error(piece.file->path().string() + ": tensor " + in_quotes(name) + " has " +
                          std::string(to_string(type)) + " elements in " + describe(piece) + ", but " +
                          std::string(to_string(whole_type)) + " elements in " + describe(tensor.blocks.front()));
    for (std::size_t d = 0; d < shape.size(); ++d) shape[d] = std::max(shape[d], end_of(piece, d, name));
    tensor.blocks.push_back(std::move(piece));
}

/// Opens files of pieces and finds those of each tensor.
/// @throws input_error for a file that does not say where its pieces belong, and for pieces of one tensor that differ
///     in type or rank
inline checkpoint_contents read_pieces(std::span<const std::filesystem::path> paths) {
    std::map<std::string, stored_tensor> whole;
    for (const auto& path : paths) {
        const safetensors_file file(path);
        const auto info = read_sharding_info(file);
        for (const auto& entry : file.tensors()) {
            stored_tensor& tensor = whole[entry.name];
            tensor.description.name = entry.name;
            add_piece(tensor, entry.type,
                      {file.file(), file.begin_of(entry), saved_offsets(info, entry, file), entry.shape, {}});
        }
    }
    checkpoint_contents contents;
    for (auto& [name, tensor] : whole) contents.tensors.push_back(std::move(tensor));
    return contents;
}

}  // namespace bouillon::detail
