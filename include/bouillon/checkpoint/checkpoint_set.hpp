// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint.hpp>
#include <bouillon/checkpoint/merged_types.hpp>
#include <bouillon/checkpoint/optimizer_state.hpp>
#include <bouillon/checkpoint/set_options.hpp>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace bouillon {

/// Checkpoints of one model, oldest first: the same tensors with the same shapes and types, and the same architecture.
///
/// Where config.json has `tie_word_embeddings` and every stored head is bitwise its checkpoint's input embedding, the
/// head is not one of the tensors. Neither is, unless it is to be kept, the state of an optimizer; nor are buffers that
/// a configuration implies (implied_buffer.hpp), which some versions of the libraries store and others do not.
class checkpoint_set {
 public:
    /// Takes checkpoints that were opened, the newest last.
    /// @throws input_error for no checkpoint, for a quantized one, for one that holds placeholders instead of weights,
    ///     for two that differ in the name, shape or type of a tensor or in what their config.json mean, and for a
    ///     prefix that no name has
    explicit checkpoint_set(std::vector<checkpoint> checkpoints, set_options options = {});

    /// Checkpoints.
    std::size_t size() const { return checkpoints_.size(); }
    const checkpoint& operator[](std::size_t i) const { return checkpoints_[i]; }
    /// Of the checkpoints, oldest first.
    auto begin() const { return checkpoints_.begin(); }
    /// Behind the newest checkpoint.
    auto end() const { return checkpoints_.end(); }

    /// The last given.
    const checkpoint& newest() const { return checkpoints_.back(); }

    /// As they were given.
    const set_options& options() const { return options_; }

    /// Whether tensors of an optimizer and a trainer are among those of the set.
    bool keeps_optimizer_state() const { return options_.state == optimizer_state::keep; }

    /// Of a merge.
    const merged_types& types() const { return options_.types; }

    /// Whether a merge has the newest's of tensors of integers and bools that differ.
    bool takes_newest_integers() const { return options_.newest_integers; }

    /// Whether one of the checkpoints is (checkpoint::is_scattered).
    bool is_scattered() const {
        return std::any_of(checkpoints_.begin(), checkpoints_.end(),
                           [](const checkpoint& item) { return item.is_scattered(); });
    }

    /// What was left out of a checkpoint, the most of any.
    left_out_values left_out() const;

    /// Buffers that the configuration implies and that were left out of a checkpoint, the most of any.
    std::size_t implied_buffers_left_out() const { return implied_buffers_; }

    /// The tensors that every checkpoint has, sorted by name; index i is the same tensor in each. Where it is stored in
    /// several types, the type is one that holds them all.
    const std::vector<checkpoint_tensor>& tensors() const { return tensors_; }

 private:
    void take_off(const std::string& prefix);
    void leave_out_implied_buffers(checkpoint& from);

    std::vector<checkpoint> checkpoints_;
    set_options options_;
    std::vector<checkpoint_tensor> tensors_;
    std::size_t implied_buffers_ = 0;
};

/// Opens checkpoints of one model, the newest last.
///
/// Cost: headers are read, and of the tensors only the copies that tied heads may be.
/// @param paths as class checkpoint takes them
/// @param options how they are taken
/// @throws input_error, naming the file, the tensor and both values, for what cannot be read and for what differs
checkpoint_set open_checkpoints(std::span<const std::filesystem::path> paths, set_options options = {});

}  // namespace bouillon

#ifndef BOUILLON_COMPILED
#    include <bouillon/checkpoint/checkpoint_set.ipp>
#endif
