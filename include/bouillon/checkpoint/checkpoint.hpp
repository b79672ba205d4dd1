// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint_contents.hpp>
#include <bouillon/checkpoint/optimizer_state.hpp>
#include <bouillon/checkpoint/read_checkpoint.hpp>
#include <bouillon/checkpoint/read_stored.hpp>
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

/// A checkpoint, open for reading: the names, types and shapes of its tensors, and the bytes of any part of one.
///
/// It is a directory in any of the forms of stored_form.hpp, or a single file of safetensors or torch.save. A reader of
/// a format finds out where the tensors lie (stored_tensor.hpp); how their bytes are read is the same for all.
class checkpoint {
 public:
    /// Opens a checkpoint. Cost: headers are read, no tensor is.
    /// @param path a checkpoint's file or directory
    /// @param state whether tensors of an optimizer and a trainer are left out
    /// @throws input_error when a file cannot be opened or breaks a rule of its format, when a directory's checkpoint
    ///     is not complete or in a form that is not read, when an index leads out of the directory or names a shard
    ///     that lacks its tensor, when two shards hold the same tensor, and when blocks of a tensor overlap or leave
    ///     holes
    explicit checkpoint(const std::filesystem::path& path, optimizer_state state = optimizer_state::keep)
        : checkpoint(path, detail::read_checkpoint(path, state == optimizer_state::keep)) {
        if (state == optimizer_state::leave_out) leave_out_training_state();
    }

    /// Takes what a reader of some format found.
    /// @param path of the checkpoint
    /// @param contents tensors in any order
    /// @throws input_error when two have one name, and when the blocks of one overlap or leave a hole
    checkpoint(const std::filesystem::path& path, checkpoint_contents contents)
        : path_(path), contents_(std::move(contents)) {
        describe_in_order();
        for (std::size_t i = 0; i < tensors_.size(); ++i) {
            detail::check_blocks(contents_.tensors[i]);
            if (i > 0 && tensors_[i].name == tensors_[i - 1].name)
                throw input_error(path.string() + ": tensor " + in_quotes(tensors_[i].name) +
                                  " is in two shards, one of them " + file(i).filename().string());
        }
    }

    /// As it was given.
    const std::filesystem::path& path() const { return path_; }

    /// The last component of the path, e.g. "step-02400".
    std::string name() const {
        const auto whole = absolute(path_).lexically_normal();
        return (whole.has_filename() ? whole : whole.parent_path()).filename().string();
    }

    /// Whether it is a directory, and no single file.
    bool is_directory() const { return std::filesystem::is_directory(path_); }

    /// All tensors, sorted by name.
    const std::vector<checkpoint_tensor>& tensors() const { return tensors_; }

    /// Names of tensors that shards hold and the index does not name.
    ///
    /// A user is to be told: the index may be of another checkpoint than its shards.
    const std::vector<std::string>& not_in_index() const { return contents_.not_in_index; }

    /// How many values beside its tensors were left out.
    const left_out_values& left_out() const { return contents_.left_out; }

    /// What a user may want to know of how it was read, e.g. which files were not.
    const std::vector<std::string>& notes() const { return contents_.notes; }

    /// Copies a run of a tensor's bytes. Several threads may.
    /// @param i of the tensor
    /// @param first byte of the tensor
    /// @param destination filled with what stands there: little-endian, row-major
    /// @throws input_error, naming the file and the tensor, when the file was cut off or written to since it was opened
    void read(std::size_t i, std::size_t first, std::span<std::byte> destination) const {
        detail::read_stored(contents_.tensors[i], first, destination);
    }

    /// Says that bytes [first, first + size) of tensor `i` will be read soon.
    void prefetch(std::size_t i, std::size_t first, std::size_t size) const {
        detail::prefetch_stored(contents_.tensors[i], first, size);
    }

    /// Whether elements of a tensor that follow one another lie apart in its file, as a transposed tensor's do: such
    /// are read faster in long runs.
    bool is_scattered() const {
        return std::any_of(contents_.tensors.begin(), contents_.tensors.end(), [](const stored_tensor& tensor) {
            return std::any_of(tensor.blocks.begin(), tensor.blocks.end(),
                               [](const tensor_block& block) { return !block.strides.empty(); });
        });
    }

    /// The file that holds tensor `i`, or the first block of it.
    const std::filesystem::path& file(std::size_t i) const { return contents_.tensors[i].blocks.front().file->path(); }

    /// Forgets tensor `i`, as if no file held it; those after it move up.
    void leave_out(std::size_t i) {
        tensors_.erase(tensors_.begin() + static_cast<std::ptrdiff_t>(i));
        contents_.tensors.erase(contents_.tensors.begin() + static_cast<std::ptrdiff_t>(i));
    }

    /// Forgets the tensors for which unwanted(tensor) is true.
    /// @returns how many those are
    template <class Unwanted>
    std::size_t leave_out_if(const Unwanted& unwanted) {
        std::erase_if(contents_.tensors, [&](const stored_tensor& tensor) { return unwanted(tensor.description); });
        return std::erase_if(tensors_, unwanted);
    }

    /// Leaves out the tensors of an optimizer and a trainer.
    /// @throws input_error where nothing would be left
    void leave_out_training_state() {
        contents_.left_out.training_state +=
            leave_out_if([](const checkpoint_tensor& tensor) { return detail::is_training_state(tensor.name); });
        if (contents_.left_out.training_state > 0 && tensors_.empty())
            throw input_error(path_.string() + ": holds nothing but the state of an optimizer");
    }

    /// Takes a prefix off the names that begin with it, as a wrapper of the model had put it there.
    /// @param prefix e.g. "_orig_mod."
    /// @returns how many those were
    /// @throws input_error where two tensors would have one name, and where one would have none
    std::size_t take_off(std::string_view prefix) {
        std::size_t count = 0;
        for (auto& tensor : contents_.tensors) {
            auto& name = tensor.description.name;
            if (!name.starts_with(prefix)) continue;
            name.erase(0, prefix.size());
            ++count;
        }
        if (count == 0) return 0;
        describe_in_order();
        for (std::size_t i = 0; i < tensors_.size(); ++i)
            if (tensors_[i].name.empty() || (i > 0 && tensors_[i].name == tensors_[i - 1].name))
                throw input_error(path_.string() + ": the prefix " + in_quotes(prefix) + " cannot be taken off: then " +
                                  (i > 0 ? "two tensors are" : "a tensor is") + " called " +
                                  in_quotes(tensors_[i].name));
        return count;
    }

    /// Takes a file for its configuration, in place of its own.
    void use_config(std::filesystem::path file) { config_ = std::move(file); }

    /// The file that it was told to use as its configuration, else `config.json` of a directory that has one.
    std::optional<std::filesystem::path> config_path() const {
        if (config_) return config_;
        const auto config = path_ / "config.json";
        return is_directory() && exists(config) ? std::optional(config) : std::nullopt;
    }

 private:
    /// Sorts the tensors by name and describes them in that order.
    void describe_in_order() {
        auto& stored = contents_.tensors;
        std::sort(stored.begin(), stored.end(),
                  [](const auto& a, const auto& b) { return a.description.name < b.description.name; });
        tensors_.clear();
        for (const auto& tensor : stored) tensors_.push_back(tensor.description);
    }

    std::filesystem::path path_;
    std::optional<std::filesystem::path> config_;
    checkpoint_contents contents_;            // its tensors are sorted by name
    std::vector<checkpoint_tensor> tensors_;  // (tensors), those of contents_ as they are described
};

}  // namespace bouillon
