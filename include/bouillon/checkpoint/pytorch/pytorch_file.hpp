// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint_tensor.hpp>
#include <bouillon/checkpoint/input_file.hpp>
#include <bouillon/checkpoint/pytorch/file_part.hpp>
#include <bouillon/checkpoint/pytorch/pytorch_archive.hpp>
#include <bouillon/checkpoint/pytorch/pytorch_legacy.hpp>
#include <bouillon/checkpoint/pytorch/pytorch_state_dict.hpp>
#include <bouillon/checkpoint/pytorch/pytorch_tensors.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/core/in_quotes.hpp>
#include <bouillon/core/to_string.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bouillon {

/// What of a file of torch.save belongs to a model.
struct pytorch_contents {
    std::vector<pytorch_tensor> tensors;  ///< sorted by name; several may be of the same bytes
    values_left_out left_out;             ///< what is no tensor of the model
    std::string place;                    ///< the keys that lead to the state dict: "", "model", "state.model"
};

namespace detail {

/// @param opened a pytorch_archive or a pytorch_legacy_file
template <class Opened>
pytorch_contents contents_of(const Opened& opened) {
    auto state = pytorch_state_dict_reader(opened.values(), opened.file()).read(opened.root());
    pytorch_contents contents{{}, state.left_out, std::move(state.place)};
    for (const auto& tensor : state.tensors) contents.tensors.push_back(opened.place(tensor));
    return contents;
}

/// Says what a file is that is none of torch.save, by its first bytes, as far as they tell.
inline std::string what_else_it_is(std::string_view start) {
    if (start.starts_with("version https://git-lfs"))
        return "is a pointer of Git LFS, not the file itself: fetch it with git lfs pull";
    if (start.starts_with("PYTORCH1")) return "is of a preview of PyTorch's format, which is not read";
    if (start.size() >= 262 && start.substr(257, 5) == "ustar")
        return "is a tar archive, as PyTorch wrote in 2017, which is not read";
    if (start.size() > 8 && start[8] == '{') return "is a safetensors file under another name: end it in .safetensors";
    if (start.starts_with("\x80")) return "is a pickle by itself, not a file of torch.save";
    if (start.empty()) return "is empty";
    return "is not a file of torch.save";
}

}  // namespace detail

/// Reads which tensors a file of torch.save has and where; their values are not looked at, and nothing is run.
///
/// Cost: a read of the file for each storage, and O(n log n) for n tensors.
/// @throws input_error, saying what it is, for every other file, and for tensors that cannot be read
/// Reference: torch/serialization.py of PyTorch 2.15.
inline pytorch_contents read_pytorch_file(const input_file& file) {
    std::string start(std::min<std::size_t>(file.size(), 512), '\0');
    file.read(0, std::as_writable_bytes(std::span(start)), [] { return "its beginning"; });
    if (start.starts_with("PK\3\4"))
        return detail::contents_of(detail::pytorch_archive(detail::file_part(file, 0, file.size())));
    if (detail::begins_legacy_file(start)) return detail::contents_of(detail::pytorch_legacy_file(file));
    throw input_error(file.path().string() + ": " + detail::what_else_it_is(start));
}

/// The one tensor that a part of a file is, as torch.distributed.checkpoint stores them one after another.
/// @param file that holds the part
/// @param begin, size bytes of the part
/// @param tensor its name, which the part does not hold
/// @throws as read_pytorch_file does
inline pytorch_tensor read_pytorch_item(const input_file& file, std::size_t begin, std::size_t size,
                                        const std::string& tensor = "") {
    const std::string name = file.path().string();
    const auto fail = [&](const std::string& what) {
        throw input_error(name + ": " + (tensor.empty() ? "" : "tensor " + in_quotes(tensor) + ", ") + "the item of " +
                          to_string(size) + " bytes at byte " + to_string(begin) + ' ' + what);
    };
    if (begin > file.size() || size > file.size() - begin)
        fail("reaches beyond the file, which has " + to_string(file.size()));
    detail::file_part part(file, begin, size);
    if (size < 4 || part.read(0, 4, [] { return "an item"; }) != "PK\3\4") fail("is no archive of torch.save");
    const detail::pytorch_archive archive(part);
    if (!detail::is_pytorch_tensor(archive.values(), archive.root())) fail("is no tensor");
    return archive.place(detail::pytorch_tensor_reader(archive.values(), tensor, name).read(archive.root()));
}

}  // namespace bouillon
