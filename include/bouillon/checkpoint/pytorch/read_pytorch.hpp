// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint_contents.hpp>
#include <bouillon/checkpoint/input_file.hpp>
#include <bouillon/checkpoint/pytorch/pytorch_file.hpp>
#include <bouillon/core/in_quotes.hpp>
#include <bouillon/core/to_string.hpp>

#include <filesystem>
#include <memory>
#include <utility>

namespace bouillon::detail {

/// Opens a file of torch.save.
/// @throws as read_pytorch_file does
inline checkpoint_contents read_pytorch(const std::filesystem::path& path) {
    const auto file = std::make_shared<input_file>(path);
    auto found = read_pytorch_file(*file);
    checkpoint_contents contents;
    contents.left_out.other = found.left_out.none + found.left_out.extra_states + found.left_out.others;
    if (const std::size_t beside = found.left_out.tensors)
        contents.notes.push_back(path.string() + ": " + to_string(beside) + (beside == 1 ? " tensor" : " tensors") +
                                 " beside the state dict under " + in_quotes(found.place) +
                                 (beside == 1 ? " is" : " are") + " not read");
    for (auto& tensor : found.tensors) {
        tensor_block block{file, tensor.begin, {}, tensor.shape, std::move(tensor.strides)};
        contents.tensors.push_back({std::move(tensor), {std::move(block)}});
    }
    return contents;
}

}  // namespace bouillon::detail
