// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint_contents.hpp>
#include <bouillon/checkpoint/input_file.hpp>
#include <bouillon/checkpoint/optimizer_state.hpp>
#include <bouillon/checkpoint/pytorch/distributed_metadata.hpp>
#include <bouillon/checkpoint/pytorch/pytorch_file.hpp>
#include <bouillon/core/in_quotes.hpp>
#include <bouillon/core/to_string.hpp>

#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace bouillon::detail {

/// Opens the files of a distributed checkpoint, each once.
class distributed_files {
 public:
    /// @param metadata stands for the file of a chunk without elements
    distributed_files(const std::filesystem::path& directory, std::shared_ptr<const input_file> metadata)
        : directory_(directory), metadata_(std::move(metadata)) {}

    /// Finds out where in its file a chunk's elements lie.
    /// @throws input_error, naming file and tensor, where the file is cut off, where what stands there is no archive of
    ///     one tensor, and where that is of another type or shape than the metadata says
    tensor_block open(const distributed_tensor& tensor, dtype type, const distributed_chunk& chunk) {
        if (chunk.file.empty()) return {metadata_, 0, chunk.offsets, chunk.shape, {}};
        auto& file = files_[chunk.file];
        if (!file) file = std::make_shared<input_file>(directory_ / chunk.file);
        auto item = read_pytorch_item(*file, chunk.begin, chunk.length, tensor.name);
        if (item.type != type || item.shape != chunk.shape)
            throw input_error(file->path().string() + ": tensor " + in_quotes(tensor.name) + " has a chunk " +
                              std::string(to_string(item.type)) + ' ' + to_string(item.shape) + " at " +
                              to_string(chunk.offsets) + ", but .metadata says " + std::string(to_string(type)) + ' ' +
                              to_string(chunk.shape));
        return {file, item.begin, chunk.offsets, chunk.shape, std::move(item.strides)};
    }

 private:
    std::filesystem::path directory_;
    std::shared_ptr<const input_file> metadata_;
    std::map<std::string, std::shared_ptr<input_file>> files_;
};

/// Opens a directory that torch.distributed.checkpoint wrote.
///
/// Cost: .metadata is read, and of each chunk of a tensor its archive's directory, two small reads.
/// @param training_state whether tensors of an optimizer and a trainer are read; otherwise they are counted
/// @throws input_error where .metadata or a chunk's archive breaks a rule of its format, and where they disagree
inline checkpoint_contents read_distributed(const std::filesystem::path& directory, bool training_state) {
    const auto path = directory / ".metadata";
    const std::string pickle = read_file(path);
    checkpoint_contents contents;
    const auto metadata = read_distributed_metadata(
        std::as_bytes(std::span(pickle)), path.string(),
        [&](std::string_view tensor) { return training_state || !is_training_state(tensor); });
    contents.left_out.training_state = metadata.unwanted;
    contents.left_out.other = metadata.other_items;
    distributed_files files(directory, std::make_shared<input_file>(path));
    for (const auto& tensor : metadata.tensors) {
        const pytorch_type* type = find_pytorch_type(pytorch_types, tensor.type);
        if (!type || !type->type)
            throw input_error(path.string() + ": tensor " + in_quotes(tensor.name) + " is of the type torch." +
                              tensor.type + ", which is not read");
        stored_tensor& stored = contents.tensors.emplace_back();
        stored.description = {tensor.name, *type->type, tensor.shape};
        for (const auto& chunk : tensor.chunks) stored.blocks.push_back(files.open(tensor, *type->type, chunk));
    }
    return contents;
}

}  // namespace bouillon::detail
