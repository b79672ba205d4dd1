// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/dcp_directory.hpp>
#include <bouillon/checkpoint/json_file.hpp>
#include <bouillon/checkpoint/list_directory.hpp>
#include <bouillon/checkpoint/safetensors.hpp>
#include <bouillon/core/in_quotes.hpp>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <set>
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

/// Tensor and the shard that an index says it is in.
using weight_map = std::vector<std::pair<std::string, std::string>>;

/// Reads `weight_map`.
/// @throws input_error for a shard that is not a plain file name, so that no index can make bouillon read outside of
///     its directory
inline weight_map read_weight_map(const std::filesystem::path& index) {
    const auto document = read_json_object(index);
    const auto fail = [&](const std::string& what) { throw input_error(index.string() + ": " + what); };
    const auto map = document.find("weight_map");
    if (map == document.end() || !map->is_object()) fail("has no object \"weight_map\"");

    weight_map shards;  // (tensors)
    for (const auto& [tensor, shard] : map->items()) {
        if (!shard.is_string()) fail("tensor " + in_quotes(tensor) + " has no file name");
        const auto& name = shard.template get_ref<const std::string&>();
        if (name.find_first_of(std::string_view("/\\\0", 3)) != std::string::npos || !name.ends_with(".safetensors"))
            fail("tensor " + in_quotes(tensor) + " is in " + in_quotes(name) +
                 ", which is not the plain name of a .safetensors file");
        shards.emplace_back(tensor, name);
    }
    return shards;
}

/// The files of a checkpoint.
struct checkpoint_files {
    std::vector<safetensors_file> files;    ///< (shards)
    std::vector<std::string> not_in_index;  ///< tensors in shards that the index does not name
};

/// Opens the shards of an index, each once.
/// @throws input_error when one lacks a tensor that the index says it has
inline checkpoint_files open_shards(const std::filesystem::path& index) {
    const weight_map map = read_weight_map(index);
    std::set<std::string> names, tensors;
    for (const auto& [tensor, shard] : map) {
        names.insert(shard);
        tensors.insert(tensor);
    }
    std::vector<safetensors_file> shards;  // (shards), in the order of their names
    for (const auto& name : names) shards.emplace_back(index.parent_path() / name);
    for (const auto& [tensor, shard] : map) {
        const auto place = static_cast<std::size_t>(std::distance(names.begin(), names.find(shard)));
        if (!shards[place].find(tensor))
            throw input_error(index.string() + ": tensor " + in_quotes(tensor) + " is not in " + shard);
    }
    std::vector<std::string> not_in_index;
    for (const auto& file : shards)
        for (const auto& tensor : file.tensors())
            if (!tensors.contains(tensor.name)) not_in_index.push_back(tensor.name);
    return {std::move(shards), std::move(not_in_index)};
}

inline bool is_pytorch_file(const std::filesystem::path& path) {
    const auto extension = path.extension();
    return extension == ".bin" || extension == ".pt" || extension == ".pth";
}

inline checkpoint_files open_directory(const std::filesystem::path& directory) {
    const auto single = directory / single_file_name;
    const auto index = directory / index_file_name;
    if (exists(single) && exists(index))
        throw input_error(directory.string() + ": holds both " + std::string(single_file_name) + " and " +
                          std::string(index_file_name) + "; remove the one that is not the checkpoint");
    if (exists(index)) return open_shards(index);

    std::vector<safetensors_file> files;
    if (exists(single)) {
        files.emplace_back(single);
        return {std::move(files), {}};
    }
    for (const auto& path : piece_files(directory)) files.emplace_back(path);
    if (!files.empty()) return {std::move(files), {}};
    for (const auto& item : list_directory(directory))
        if (is_pytorch_file(item.path()) && item.path().filename().string().starts_with("pytorch_model"))
            throw input_error(item.path().string() +
                              ": PyTorch's pickle files are not read; convert the checkpoint to safetensors first "
                              "(in Python: AutoModelForCausalLM.from_pretrained(DIR).save_pretrained(NEW))");
    throw input_error(directory.string() + ": holds neither " + std::string(single_file_name) + " nor " +
                      std::string(index_file_name));
}

inline checkpoint_files open_checkpoint_files(const std::filesystem::path& path) try {
    if (!exists(path)) throw input_error(path.string() + ": no such file or directory");
    if (is_directory(path)) return open_directory(path);
    if (path.extension() != ".safetensors")
        throw input_error(path.string() + ": is neither a checkpoint's directory nor a .safetensors file" +
                          (is_pytorch_file(path) ? "; convert PyTorch's pickle files to safetensors first" : ""));
    std::vector<safetensors_file> files;
    files.emplace_back(path);
    return {std::move(files), {}};
} catch (const std::filesystem::filesystem_error& failure) {  // e.g. no permission to look into a directory
    throw input_error(path.string() + ": cannot open: " + failure.code().message());
}

}  // namespace detail

/// A checkpoint as Hugging Face tools store it, open for reading.
///
/// It is a directory with `model.safetensors`, or with shards and `model.safetensors.index.json`, or a single
/// `.safetensors` file. Or as PyTorch's distributed checkpoints store it in their safetensors form: a directory with
/// files `shard-...` of pieces of tensors (dcp_directory.hpp).
class checkpoint {
 public:
    /// Opens a checkpoint.
    ///
    /// Tensors of a shard that the index does not name belong to it, as they do for the loaders of Hugging Face; the
    /// index's `total_size` is not looked at. Cost: headers are read, no tensor is.
    /// @throws input_error when a file cannot be opened or breaks a rule of its format, when a directory holds both a
    ///     single file and an index, when the index leads out of the directory or names a shard that lacks its tensor,
    ///     and when two shards hold the same tensor; and when pieces overlap, leave holes or differ in type
    explicit checkpoint(const std::filesystem::path& path) : checkpoint(path, detail::open_checkpoint_files(path)) {}

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
        const auto& [entry, file, pieces] = places_[i];
        pieces ? pieces->read(first, destination) : file->read(*entry, first, destination);
    }

    /// Says that bytes [first, first + size) of tensor `i` will be read soon.
    void prefetch(std::size_t i, std::size_t first, std::size_t size) const {
        const auto& [entry, file, pieces] = places_[i];
        if (!pieces) file->prefetch(*entry, first, size);
    }

    /// The file that holds tensor `i`, or the first piece of it.
    const std::filesystem::path& file(std::size_t i) const { return places_[i].file->path(); }

    /// Forgets tensor `i`, as if no file held it; those after it move up.
    void leave_out(std::size_t i) {
        tensors_.erase(tensors_.begin() + static_cast<std::ptrdiff_t>(i));
        places_.erase(places_.begin() + static_cast<std::ptrdiff_t>(i));
    }

    /// The file `config.json` of a directory that has one.
    std::optional<std::filesystem::path> config_path() const {
        const auto config = path_ / "config.json";
        return is_directory() && exists(config) ? std::optional(config) : std::nullopt;
    }

 private:
    struct place {
        const tensor_entry* entry;  // null for a tensor in pieces
        const safetensors_file* file;
        const detail::pieced_tensor* pieces;  // null for any other
    };

    checkpoint(const std::filesystem::path& path, detail::checkpoint_files files)
        : path_(path), files_(std::move(files.files)), not_in_index_(std::move(files.not_in_index)) {
        if (is_directory() && !files_.empty() && detail::is_piece_file(files_.front().path())) {
            pieced_ = detail::collect_pieces(files_);
            for (const auto& tensor : pieced_) {
                places_.push_back({nullptr, &tensor.file(), &tensor});
                tensors_.push_back(tensor.whole());
            }
            return;
        }
        for (const auto& file : files_)
            for (const auto& entry : file.tensors()) places_.push_back({&entry, &file, nullptr});
        std::sort(places_.begin(), places_.end(),
                  [](const place& a, const place& b) { return a.entry->name < b.entry->name; });
        for (const auto& each : places_) {
            if (!tensors_.empty() && tensors_.back().name == each.entry->name)
                throw input_error(path.string() + ": tensor " + in_quotes(each.entry->name) +
                                  " is in two shards, one of them " + each.file->path().filename().string());
            tensors_.push_back(*each.entry);
        }
    }

    std::filesystem::path path_;
    std::vector<safetensors_file> files_;        // (shards)
    std::vector<std::string> not_in_index_;      // tensors
    std::vector<detail::pieced_tensor> pieced_;  // (tensors in pieces), pointing into files_
    std::vector<checkpoint_tensor> tensors_;     // (tensors), sorted by name
    std::vector<place> places_;                  // (tensors), pointing into files_ and pieced_
};

}  // namespace bouillon
