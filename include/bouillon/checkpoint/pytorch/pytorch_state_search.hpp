// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/pytorch/pickle_fields.hpp>
#include <bouillon/checkpoint/pytorch/pickle_values.hpp>
#include <bouillon/checkpoint/pytorch/pytorch_tensors.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/core/in_quotes.hpp>
#include <bouillon/core/to_string.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bouillon::detail {

/// The most bytes of a tensor's name.
inline constexpr std::size_t pytorch_name_limit = 1024;

/// A key of a dict as a part of a tensor's name, cut off beyond the limit; empty where it is neither text nor a number.
inline std::string name_of_key(const pickle_values& values, pickle_id key) {
    if (values.is(key, pickle_kind::string) || values.is(key, pickle_kind::bytes))
        return std::string(values.text(key).substr(0, pytorch_name_limit + 1));
    return values.is(key, pickle_kind::integer) ? to_string(values.integer(key)) : "";
}

/// Where in a file of torch.save the state dict of a model is.
struct pytorch_state_place {
    std::string keys;                                      ///< that lead to it: "", "model", "state.model"
    std::vector<std::pair<pickle_id, std::string>> dicts;  ///< each with what comes before its names
    bool in_root = false;                                  ///< where a trainer's state may be too
};

/// Looks for the state dict among all that a trainer stored beside it.
class pytorch_state_search {
 public:
    /// @param file what messages call the file
    pytorch_state_search(const pickle_values& values, std::string_view file) : values_(&values), file_(file) {}

    /// Trainers put single numbers as tensors into the root, so that is looked at last.
    /// @param root of the pickle
    /// @throws input_error, saying what the file is, where there is no state dict
    pytorch_state_place find(pickle_id root) {
        check_root(root);
        const auto holds_tensors = [&](std::optional<pickle_id> value) {
            return value && values_->is(*value, pickle_kind::dict) && reaches_tensors(*value);
        };
        for (const std::string_view place : places)
            if (const auto value = at(root, place); holds_tensors(value)) return {std::string(place), {{*value, ""}}};
        if (const auto state = at(root, "state"))
            if (const auto value = at(*state, "model"); holds_tensors(value)) return {"state.model", {{*value, ""}}};
        pytorch_state_place parts;  // as stages of a pipeline in Megatron
        for (int i = 0; i < part_limit; ++i) {
            const std::string part = "model" + to_string(i);
            const auto value = at(root, part);
            if (!holds_tensors(value)) break;
            parts.dicts.emplace_back(*value, part + '.');
        }
        if (!parts.dicts.empty()) return parts;
        const auto items = values_->items(root);
        for (std::size_t i = 1; i < items.size(); i += 2)
            if (is_pytorch_tensor(*values_, items[i])) return {"", {{root, ""}}, true};
        fail_without(root);
    }

    /// Whether a value is a tensor or a container with one, however deep. Those without are looked into once.
    bool reaches_tensors(pickle_id value) {
        without_tensors_.resize(values_->size());
        std::vector<pickle_id> open;
        const auto look_into = [&](pickle_id next) {
            if (!without_tensors_[next]) open.push_back(next);
            without_tensors_[next] = true;
        };
        look_into(value);
        while (!open.empty()) {
            const pickle_id next = open.back();
            open.pop_back();
            if (is_pytorch_tensor(*values_, next)) {
                without_tensors_.clear();  // of some of them nothing is known yet
                return true;
            }
            const pickle_kind kind = values_->kind(next);
            if (kind != pickle_kind::dict && kind != pickle_kind::list && kind != pickle_kind::tuple) continue;
            const auto items = values_->items(next);
            const std::size_t step = kind == pickle_kind::dict ? 2 : 1;
            for (std::size_t i = step - 1; i < items.size(); i += step) look_into(items[i]);
        }
        return false;
    }

 private:
    static constexpr int part_limit = 64;  // of a model in parts
    static constexpr std::array<std::string_view, 4> places = {"state_dict", "model", "module", "model_state_dict"};

    [[noreturn]] void fail(const std::string& what) const { throw input_error(std::string(file_) + ": " + what); }

    std::optional<pickle_id> at(pickle_id dict, std::string_view key) const { return find_entry(*values_, dict, key); }

    /// Says what a root is that is no checkpoint.
    void check_root(pickle_id root) const {
        if (is_pytorch_tensor(*values_, root)) fail("is one tensor without a name, not a checkpoint");
        if (values_->is(root, pickle_kind::call)) {
            const pickle_id callee = values_->callee(root);
            const std::string name =
                values_->is(callee, pickle_kind::global)
                    ? std::string(values_->module_of(callee)) + '.' + std::string(values_->name_of(callee))
                    : "of no name";
            fail("is an object of the class " + in_quotes(name) +
                 ", not a dict of tensors (of a whole model, save its state_dict instead)");
        }
        if (!values_->is(root, pickle_kind::dict)) fail("is no dict of tensors");
        if (at(root, "state") && at(root, "param_groups")) fail("is the state of an optimizer, not a checkpoint");
        if (at(root, "python") && at(root, "numpy") && at(root, "cpu"))
            fail("is the state of random number generators, not a checkpoint");
    }

    [[noreturn]] void fail_without(pickle_id root) const {
        constexpr std::size_t shown = 8;
        std::string keys;
        const auto items = values_->items(root);
        for (std::size_t i = 0; i < std::min(items.size(), 2 * shown); i += 2)
            keys += (i > 0 ? ", " : "") + in_quotes(name_of_key(*values_, items[i]).substr(0, 100));
        if (items.size() > 2 * shown) keys += ", ...";
        fail(
            "has no state dict: there are no tensors in its root, under \"state_dict\", \"model\", \"module\", "
            "\"model_state_dict\" or \"state\", \"model\" (it has the keys " +
            (keys.empty() ? "of an empty dict" : keys) + ')');
    }

    const pickle_values* values_;
    std::string_view file_;
    std::vector<bool> without_tensors_;  // (values) those known to be
};

}  // namespace bouillon::detail
