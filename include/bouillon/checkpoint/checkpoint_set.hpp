// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint.hpp>
#include <bouillon/checkpoint/model_config.hpp>
#include <bouillon/checkpoint/optimizer_state.hpp>
#include <bouillon/checkpoint/placeholder_weights.hpp>
#include <bouillon/checkpoint/tied_tensors.hpp>
#include <bouillon/core/implied_buffer.hpp>
#include <bouillon/core/in_quotes.hpp>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bouillon {
namespace detail {

/// Checks that another checkpoint has exactly the tensors of the first: their names, shapes and types.
/// @throws input_error, naming the file, the tensor and both values, where it has not
inline void check_same_tensors(const checkpoint& first, const checkpoint& other) {
    const auto& expected = first.tensors();
    const auto& others = other.tensors();
    for (std::size_t i = 0; i < expected.size() || i < others.size(); ++i) {
        // Both are sorted, so where the names differ the smaller one is missing on the other side.
        if (i == others.size() || (i < expected.size() && expected[i].name < others[i].name))
            throw input_error(other.path().string() + ": has no tensor " + in_quotes(expected[i].name) + ", but " +
                              first.file(i).string() + " has");
        if (i == expected.size() || others[i].name < expected[i].name)
            throw input_error(other.file(i).string() + ": has tensor " + in_quotes(others[i].name) + ", but " +
                              first.path().string() + " has not");
        const auto differ = [&](const std::string& property, const std::string& here, const std::string& there) {
            throw input_error(other.file(i).string() + ": tensor " + in_quotes(others[i].name) + " has " + property +
                              ' ' + here + ", but " + there + " in " + first.file(i).string());
        };
        if (others[i].shape != expected[i].shape)
            differ("shape", to_string(others[i].shape), to_string(expected[i].shape));
        if (others[i].type != expected[i].type)
            differ("type", std::string(to_string(others[i].type)), std::string(to_string(expected[i].type)));
    }
}

}  // namespace detail

/// Checkpoints of one model, oldest first: the same tensors with the same shapes and types, and the same architecture.
///
/// Where config.json has `tie_word_embeddings` and every stored head is bitwise its checkpoint's input embedding, the
/// head is not one of the tensors. Neither is, unless it is to be kept, the state of an optimizer; nor are buffers that
/// a configuration implies (implied_buffer.hpp), which some versions of the libraries store and others do not.
class checkpoint_set {
 public:
    /// Takes checkpoints that were opened, the newest last.
    /// @throws input_error for no checkpoint, for a quantized one, for one that holds placeholders instead of weights,
    ///     and for two that differ in the name, shape or type of a tensor or in what their config.json mean
    explicit checkpoint_set(std::vector<checkpoint> checkpoints, optimizer_state state = optimizer_state::leave_out)
        : checkpoints_(std::move(checkpoints)), state_(state) {
        if (checkpoints_.empty()) throw input_error("no checkpoint given");
        if (state == optimizer_state::leave_out)
            for (auto& item : checkpoints_) item.leave_out_training_state();
        for (auto& item : checkpoints_) leave_out_implied_buffers(item);
        for (const auto& item : checkpoints_) detail::check_no_placeholders(item);
        detail::leave_out_tied_heads(checkpoints_);
        for (const auto& other : checkpoints_) detail::check_same_tensors(checkpoints_.front(), other);
        detail::check_same_model(checkpoints_);
    }

    std::size_t size() const { return checkpoints_.size(); }
    const checkpoint& operator[](std::size_t i) const { return checkpoints_[i]; }
    auto begin() const { return checkpoints_.begin(); }
    auto end() const { return checkpoints_.end(); }

    /// The last given.
    const checkpoint& newest() const { return checkpoints_.back(); }

    bool keeps_optimizer_state() const { return state_ == optimizer_state::keep; }

    /// What was left out of a checkpoint, the most of any.
    left_out_values left_out() const {
        left_out_values most;
        for (const auto& item : checkpoints_) {
            most.training_state = std::max(most.training_state, item.left_out().training_state);
            most.other = std::max(most.other, item.left_out().other);
        }
        return most;
    }

    /// Buffers that the configuration implies and that were left out of a checkpoint, the most of any.
    std::size_t implied_buffers_left_out() const { return implied_buffers_; }

    /// The tensors that every checkpoint has, sorted by name; index i is the same tensor in each.
    const std::vector<checkpoint_tensor>& tensors() const { return checkpoints_.front().tensors(); }

 private:
    void leave_out_implied_buffers(checkpoint& from) {
        const auto implied = [](const checkpoint_tensor& tensor) {
            return detail::is_implied_buffer(tensor.name, tensor.shape);
        };
        implied_buffers_ = std::max(implied_buffers_, from.leave_out_if(implied));
    }

    std::vector<checkpoint> checkpoints_;
    optimizer_state state_;
    std::size_t implied_buffers_ = 0;
};

/// Opens checkpoints of one model, the newest last.
///
/// Cost: headers are read, and of the tensors only the copies that tied heads may be.
/// @param paths as class checkpoint takes them
/// @param state whether tensors of an optimizer and a trainer are left out
/// @throws input_error, naming the file, the tensor and both values, for what cannot be read and for what differs
inline checkpoint_set open_checkpoints(std::span<const std::filesystem::path> paths,
                                       optimizer_state state = optimizer_state::leave_out) {
    std::vector<checkpoint> checkpoints;  // (checkpoints)
    checkpoints.reserve(paths.size());
    for (const auto& path : paths) checkpoints.emplace_back(path, state);
    return checkpoint_set(std::move(checkpoints), state);
}

}  // namespace bouillon
