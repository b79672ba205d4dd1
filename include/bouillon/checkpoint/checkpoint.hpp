// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/list_directory.hpp>
#include <bouillon/checkpoint/read_safetensors.hpp>
#include <bouillon/checkpoint/read_stored.hpp>
#include <bouillon/checkpoint/safetensors_pieces.hpp>
#include <bouillon/checkpoint/shard_index.hpp>
#include <bouillon/core/in_quotes.hpp>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bouillon {

/// The file in a merged checkpoint's directory that holds its recipe (merge/recipe.hpp).
inline constexpr std::string_view recipe_file_name = "bouillon-recipe.json";

namespace detail {

inline constexpr std::string_view single_file_name = "model.safetensors";
inline constexpr std::string_view index_file_name = "model.safetensors.index.json";

inline bool is_pytorch_file(const std::filesystem::path& path) {
    const auto extension = path.extension();
    return extension == ".bin" || extension == ".pt" || extension == ".pth";
}

inline indexed_shards read_directory(const std::filesystem::path& directory) {
    const auto single = directory / single_file_name;
    const auto index = directory / index_file_name;
    if (exists(single) && exists(index))
        throw input_error(directory.string() + ": holds both " + std::string(single_file_name) + " and " +
                          std::string(index_file_name) + "; remove the one that is not the checkpoint");
    if (exists(index)) return read_shards(index, ".safetensors", read_safetensors);
    if (exists(single)) return {read_safetensors(single), {}};
    if (const auto pieces = piece_files(directory); !pieces.empty()) return {read_pieces(pieces), {}};
    for (const auto& item : list_directory(directory))
        if (is_pytorch_file(item.path()) && item.path().filename().string().starts_with("pytorch_model"))
            throw input_error(item.path().string() +
                              ": PyTorch's pickle files are not read; convert the checkpoint to safetensors first "
                              "(in Python: AutoModelForCausalLM.from_pretrained(DIR).save_pretrained(NEW))");
    throw input_error(directory.string() + ": holds neither " + std::string(single_file_name) + " nor " +
                      std::string(index_file_name));
}

inline indexed_shards read_checkpoint(const std::filesystem::path& path) try {
    if (!exists(path)) throw input_error(path.string() + ": no such file or directory");
    if (is_directory(path)) return read_directory(path);
    if (path.extension() != ".safetensors")
        throw input_error(path.string() + ": is neither a checkpoint's directory nor a .safetensors file" +
                          (is_pytorch_file(path) ? "; convert PyTorch's pickle files to safetensors first" : ""));
    return {read_safetensors(path), {}};
} catch (const std::filesystem::filesystem_error& failure) {  // e.g. no permission to look into a directory
    throw input_error(path.string() + ": cannot open: " + failure.code().message());
}

}  // namespace detail

/// A checkpoint, open for reading: the names, types and shapes of its tensors, and the bytes of any part of one.
///
/// It is a directory with `model.safetensors`, or with shards and `model.safetensors.index.json`, or a single
/// `.safetensors` file. Or as PyTorch's distributed checkpoints store it in their safetensors form: a directory with
/// files `shard-...` of pieces of tensors (safetensors_pieces.hpp). A reader of another format finds out where the
/// tensors lie (stored_tensor.hpp); how their bytes are read is the same for all.
class checkpoint {
 public:
    /// Opens a checkpoint. Cost: headers are read, no tensor is.
    /// @throws input_error when a file cannot be opened or breaks a rule of its format, when a directory holds both a
    ///     single file and an index, when the index leads out of the directory or names a shard that lacks its tensor,
    ///     and when two shards hold the same tensor; and when pieces overlap, leave holes or differ in type
    explicit checkpoint(const std::filesystem::path& path) : checkpoint(path, detail::read_checkpoint(path)) {}

    /// Takes tensors that a reader of some format found.
    /// @param path of the checkpoint
    /// @param tensors in any order
    /// @throws input_error when two have one name, and when the blocks of one overlap or leave a hole
    checkpoint(const std::filesystem::path& path, std::vector<stored_tensor> tensors)
        : path_(path), stored_(std::move(tensors)) {
        std::sort(stored_.begin(), stored_.end(),
                  [](const auto& a, const auto& b) { return a.description.name < b.description.name; });
        for (auto& tensor : stored_) {
            const auto& name = tensor.description.name;
            if (!tensors_.empty() && tensors_.back().name == name)
                throw input_error(path.string() + ": tensor " + in_quotes(name) + " is in two shards, one of them " +
                                  tensor.blocks.front().file->path().filename().string());
            detail::check_blocks(tensor);
            tensors_.push_back(tensor.description);
        }
    }

    const std::filesystem::path& path() const { return path_; }

    /// The last component of the path, e.g. "step-02400".
    std::string name() const {
        const auto whole = absolute(path_).lexically_normal();
        return (whole.has_filename() ? whole : whole.parent_path()).filename().string();
    }

    bool is_directory() const { return std::filesystem::is_directory(path_); }

    /// All tensors, sorted by name.
    const std::vector<checkpoint_tensor>& tensors() const { return tensors_; }

    /// Names of tensors that shards hold and the index does not name.
    ///
    /// A user is to be told: the index may be of another checkpoint than its shards.
    const std::vector<std::string>& not_in_index() const { return not_in_index_; }

    /// Copies a run of a tensor's bytes. Several threads may.
    /// @param i of the tensor
    /// @param first byte of the tensor
    /// @param destination filled with what stands there: little-endian, row-major
    /// @throws input_error, naming the file and the tensor, when the file was cut off or written to since it was opened
    void read(std::size_t i, std::size_t first, std::span<std::byte> destination) const {
        detail::read_stored(stored_[i], first, destination);
    }

    /// Says that bytes [first, first + size) of tensor `i` will be read soon.
    void prefetch(std::size_t i, std::size_t first, std::size_t size) const {
        detail::prefetch_stored(stored_[i], first, size);
    }

    /// The file that holds tensor `i`, or the first block of it.
    const std::filesystem::path& file(std::size_t i) const { return stored_[i].blocks.front().file->path(); }

    /// Forgets tensor `i`, as if no file held it; those after it move up.
    void leave_out(std::size_t i) {
        tensors_.erase(tensors_.begin() + static_cast<std::ptrdiff_t>(i));
        stored_.erase(stored_.begin() + static_cast<std::ptrdiff_t>(i));
    }

    /// Forgets the tensors for which unwanted(tensor) is true.
    /// @returns how many those are
    template <class Unwanted>
    std::size_t leave_out_if(const Unwanted& unwanted) {
        std::erase_if(stored_, [&](const stored_tensor& tensor) { return unwanted(tensor.description); });
        return std::erase_if(tensors_, unwanted);
    }

    /// The file `config.json` of a directory that has one.
    std::optional<std::filesystem::path> config_path() const {
        const auto config = path_ / "config.json";
        return is_directory() && exists(config) ? std::optional(config) : std::nullopt;
    }

 private:
    checkpoint(const std::filesystem::path& path, detail::indexed_shards shards)
        : checkpoint(path, std::move(shards.tensors)) {
        not_in_index_ = std::move(shards.not_in_index);
    }

    std::filesystem::path path_;
    std::vector<std::string> not_in_index_;   // tensors
    std::vector<checkpoint_tensor> tensors_;  // (tensors), sorted by name
    std::vector<stored_tensor> stored_;       // (tensors), the same in the same order
};

}  // namespace bouillon
