// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint_set.hpp>
#include <bouillon/checkpoint/model_config.hpp>
#include <bouillon/checkpoint/name_prefix.hpp>
#include <bouillon/checkpoint/placeholder_weights.hpp>
#include <bouillon/checkpoint/tied_tensors.hpp>
#include <bouillon/core/compiled.hpp>
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

/// Checks that the names of one checkpoint's tensors are not those of another behind a prefix.
/// @throws prefixed_names, with the files and the prefix, where they are
inline void check_prefix(const checkpoint& one, const checkpoint& other) {
    const auto prefix = prefix_before(one.tensors(), other.tensors());
    if (prefix.empty()) return;
    throw prefixed_names(one.path().string() + ": has the tensors of " + other.path().string() + " behind the prefix " +
                             in_quotes(prefix),
                         prefix);
}

/// Checks that another checkpoint has exactly the tensors of the first: their names, shapes and types.
/// @param mixed_types whether the types of a float tensor may differ
/// @throws input_error, naming the file, the tensor and both values, where it has not
inline void check_same_tensors(const checkpoint& first, const checkpoint& other, bool mixed_types) {
    const auto& expected = first.tensors();
    const auto& others = other.tensors();
    if (!std::equal(expected.begin(), expected.end(), others.begin(), others.end(),
                    [](const auto& a, const auto& b) { return a.name == b.name; })) {
        check_prefix(first, other);
        check_prefix(other, first);
    }
    for (std::size_t i = 0; i < expected.size() || i < others.size(); ++i) {
        // Both are sorted, so where the names differ the smaller one is missing on the other side.
        if (i == others.size() || (i < expected.size() && expected[i].name < others[i].name))
            throw input_error(other.path().string() + ": has no tensor " + in_quotes(expected[i].name) + ", but " +
                              first.file(i).string() + " has");
        if (i == expected.size() || others[i].name < expected[i].name)
            throw input_error(other.file(i).string() + ": has tensor " + in_quotes(others[i].name) + ", but " +
                              first.path().string() + " has not");
        const auto difference = [&](const std::string& property, const std::string& here, const std::string& there) {
            return other.file(i).string() + ": tensor " + in_quotes(others[i].name) + " has " + property + ' ' + here +
                   ", but " + there + " in " + first.file(i).string();
        };
        if (others[i].shape != expected[i].shape)
            throw input_error(difference("shape", to_string(others[i].shape), to_string(expected[i].shape)));
        if (others[i].type == expected[i].type) continue;
        const auto text =
            difference("type", std::string(to_string(others[i].type)), std::string(to_string(expected[i].type)));
        if (!mergeable(others[i].type) || !mergeable(expected[i].type)) throw input_error(text);
        if (!mixed_types)
            throw types_differ(text + "; they can be merged once it is said which type the merge is to have");
    }
}

}  // namespace detail

BOUILLON_DEFINITION checkpoint_set::checkpoint_set(std::vector<checkpoint> checkpoints, set_options options)
    : checkpoints_(std::move(checkpoints)), options_(std::move(options)) {
    if (checkpoints_.empty()) throw input_error("no checkpoint given");
    if (options_.state == optimizer_state::leave_out)
        for (auto& item : checkpoints_) item.leave_out_training_state();
    for (const auto& prefix : options_.prefixes) take_off(prefix);
    for (auto& item : checkpoints_)
        if (options_.config) item.use_config(*options_.config);
    for (auto& item : checkpoints_) leave_out_implied_buffers(item);
    for (const auto& item : checkpoints_) detail::check_no_placeholders(item);
    detail::leave_out_tied_heads(checkpoints_);
    for (const auto& other : checkpoints_)
        detail::check_same_tensors(checkpoints_.front(), other, options_.types.type.has_value());
    detail::check_same_model(checkpoints_);
    tensors_ = checkpoints_.front().tensors();
    for (const auto& other : checkpoints_)
        for (std::size_t i = 0; i < tensors_.size(); ++i)
            tensors_[i].type = detail::wider(tensors_[i].type, other.tensors()[i].type);
    detail::check_types(options_.types, std::span<const checkpoint_tensor>(tensors_));
}

BOUILLON_DEFINITION left_out_values checkpoint_set::left_out() const {
    left_out_values most;
    for (const auto& item : checkpoints_) {
        most.training_state = std::max(most.training_state, item.left_out().training_state);
        most.other = std::max(most.other, item.left_out().other);
    }
    return most;
}

BOUILLON_DEFINITION void checkpoint_set::take_off(const std::string& prefix) {
    std::size_t count = 0;
    for (auto& item : checkpoints_) count += item.take_off(prefix);
    if (count == 0)
        throw input_error(checkpoints_.front().path().string() + ": the prefix " + in_quotes(prefix) +
                          " cannot be taken off: no tensor's name begins with it");
}

BOUILLON_DEFINITION void checkpoint_set::leave_out_implied_buffers(checkpoint& from) {
    const auto implied = [](const checkpoint_tensor& tensor) {
        return detail::is_implied_buffer(tensor.name, tensor.shape);
    };
    implied_buffers_ = std::max(implied_buffers_, from.leave_out_if(implied));
}

BOUILLON_DEFINITION checkpoint_set open_checkpoints(std::span<const std::filesystem::path> paths, set_options options) {
    std::vector<checkpoint> checkpoints;  // (checkpoints)
    checkpoints.reserve(paths.size());
    for (const auto& path : paths) checkpoints.emplace_back(path, options.state);
    return checkpoint_set(std::move(checkpoints), std::move(options));
}

}  // namespace bouillon
