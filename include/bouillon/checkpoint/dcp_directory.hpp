// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/list_directory.hpp>
#include <bouillon/checkpoint/safetensors.hpp>
#include <bouillon/checkpoint/tensor_pieces.hpp>
#include <bouillon/core/in_quotes.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What PyTorch's torch.distributed.checkpoint writes with HuggingFaceStorageWriter(save_distributed=True): a file for
// each process, shard-00001-model-00001-of-00002.safetensors, with the blocks of tensors that the process held, and in
// its metadata, under DCP_SHARDING_INFO, where each block begins: {"TENSOR": {"saved_offsets": [0, 128]}}.
namespace bouillon::detail {

inline bool is_piece_file(const std::filesystem::path& path) {
    return path.extension() == ".safetensors" && path.filename().string().starts_with("shard-");
}

/// The files of pieces in a directory, in the order of their names; none where there are none.
inline std::vector<std::filesystem::path> piece_files(const std::filesystem::path& directory) {
    std::vector<std::filesystem::path> files;
    for (const auto& item : list_directory(directory))
        if (is_piece_file(item.path())) files.push_back(item.path());
    return files;
}

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

/// Finds the pieces of each tensor.
/// @param files must outlive what is returned, which points into them
/// @throws input_error for a file that does not say where its pieces belong, and as pieced_tensor does
inline std::vector<pieced_tensor> collect_pieces(const std::vector<safetensors_file>& files) {
    std::map<std::string, std::vector<tensor_piece>> pieces;
    for (const auto& file : files) {
        const auto info = read_sharding_info(file);
        for (const auto& tensor : file.tensors())
            pieces[tensor.name].push_back({saved_offsets(info, tensor, file), &tensor, &file});
    }
    std::vector<pieced_tensor> tensors;
    for (auto& [name, parts] : pieces) tensors.emplace_back(std::move(parts));
    return tensors;
}

}  // namespace bouillon::detail
