// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint_tensor.hpp>
#include <bouillon/checkpoint/file_part.hpp>
#include <bouillon/checkpoint/input_file.hpp>
#include <bouillon/checkpoint/pickle_machine.hpp>
#include <bouillon/checkpoint/pytorch_state_dict.hpp>
#include <bouillon/checkpoint/pytorch_tensors.hpp>
#include <bouillon/checkpoint/zip_archive.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/core/in_quotes.hpp>
#include <bouillon/core/to_string.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bouillon {

/// A tensor and its place in a file of torch.save.
struct pytorch_tensor : checkpoint_tensor {
    std::size_t begin = 0;             ///< of the element at index 0, in bytes from the start of the file
    std::vector<std::size_t> strides;  ///< (dimensions) in elements; empty where it is row-major without gaps
};

/// What of a file of torch.save belongs to a model.
struct pytorch_contents {
    std::vector<pytorch_tensor> tensors;  ///< sorted by name; several may be of the same bytes
    values_left_out left_out;
    std::string place;  ///< the keys that lead to the state dict: "", "model", "state.model"
};

namespace detail {

/// The most bytes that the pickle of a file of torch.save may take. 100,000 tensors take about 10 million.
inline constexpr std::size_t pytorch_pickle_limit = 256 << 20;

/// The archive of a file or of a part of it, and what its data.pkl is of.
class pytorch_archive {
 public:
    explicit pytorch_archive(const file_part& part) : archive_(part), file_(part.file().path().string()) {
        if (const auto* order = archive_.find("byteorder"); order && order->size <= 16)
            if (archive_.read(*order) == "big") fail("was written by a big-endian machine, which is not read");
        const zip_record* record = archive_.find("data.pkl");
        if (!record) fail("is a zip archive without a record data.pkl, not a file of torch.save");
        if (record->size > pytorch_pickle_limit)
            fail("has a pickle of " + to_string(record->size) + " bytes, above the limit of " +
                 to_string(pytorch_pickle_limit));
        pickle_ = archive_.read(*record);
        read_.emplace(read_pickle(std::as_bytes(std::span(pickle_)), file_));
    }
    pytorch_archive(const pytorch_archive&) = delete;  // the values are views of the pickle
    pytorch_archive& operator=(const pytorch_archive&) = delete;

    const std::string& file() const { return file_; }
    const pickle_values& values() const { return read_->values; }
    pickle_id root() const { return read_->root; }

    /// Where a tensor is, whose storage must be a record of just its size.
    pytorch_tensor place(const stored_pytorch_tensor& tensor) const {
        const auto name = "data/" + std::string(tensor.storage.key);
        const auto refuse = [&](const std::string& what) {
            fail("tensor " + in_quotes(tensor.name) + " is stored in the record " + in_quotes(name) + what);
        };
        const zip_record* record = archive_.find(name);
        if (!record) refuse(", which is missing");
        if (record->size != tensor.storage.bytes())
            refuse(" of " + to_string(record->size) + " bytes, where " + to_string(tensor.storage.bytes()) +
                   " are expected");
        return {tensor, record->begin + tensor.begin, tensor.strides};
    }

 private:
    [[noreturn]] void fail(const std::string& what) const { throw input_error(file_ + ": " + what); }

    zip_archive archive_;
    std::string file_;
    std::string pickle_;
    std::optional<unpickled> read_;
};

inline pytorch_contents read_pytorch_archive(const input_file& file) {
    const pytorch_archive archive(file_part(file, 0, file.size()));
    auto state = pytorch_state_dict_reader(archive.values(), archive.file()).read(archive.root());
    pytorch_contents contents{{}, state.left_out, std::move(state.place)};
    for (const auto& tensor : state.tensors) contents.tensors.push_back(archive.place(tensor));
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
    if (start.starts_with("PK\3\4")) return detail::read_pytorch_archive(file);
    throw input_error(file.path().string() + ": " + detail::what_else_it_is(start));
}

/// The one tensor that a part of a file is, as torch.distributed.checkpoint stores them one after another.
/// @param begin, size bytes of the part, which must be the file's
/// @returns the tensor without a name
/// @throws as read_pytorch_file does
inline pytorch_tensor read_pytorch_item(const input_file& file, std::size_t begin, std::size_t size) {
    detail::file_part part(file, begin, size);
    const std::string name = file.path().string();
    const auto fail = [&](const std::string& what) {
        throw input_error(name + ": the item of " + to_string(size) + " bytes at byte " + to_string(begin) + ' ' +
                          what);
    };
    if (size < 4 || part.read(0, 4, [] { return "an item"; }) != "PK\3\4") fail("is no archive of torch.save");
    const detail::pytorch_archive archive(part);
    if (!detail::is_pytorch_tensor(archive.values(), archive.root())) fail("is no tensor");
    return archive.place(detail::pytorch_tensor_reader(archive.values(), "", name).read(archive.root()));
}

}  // namespace bouillon
