// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/pickle_fields.hpp>
#include <bouillon/checkpoint/pickle_values.hpp>
#include <bouillon/checkpoint/pytorch_tensors.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/core/in_quotes.hpp>
#include <bouillon/core/to_string.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace bouillon {

/// What a state dict has beside tensors, by kind. None of it is a parameter of a model.
struct values_left_out {
    std::size_t none = 0;          ///< None
    std::size_t extra_states = 0;  ///< under names that end with "_extra_state"
    std::size_t others = 0;        ///< numbers, texts, lists, objects

    friend bool operator==(const values_left_out&, const values_left_out&) = default;
};

namespace detail {

/// The tensors of a model in a file of torch.save.
struct pytorch_state_dict {
    std::vector<stored_pytorch_tensor> tensors;  ///< sorted by name
    values_left_out left_out;
    std::string place;  ///< the keys that lead to them: "", "model", "state.model"
};

/// Finds the state dict among all that a trainer stored beside it.
class pytorch_state_dict_reader {
 public:
    /// @param file what messages call the file
    pytorch_state_dict_reader(const pickle_values& values, std::string_view file) : values_(&values), file_(file) {}

    /// @param root of the pickle
    /// @throws input_error where there is no state dict, where a tensor of it cannot be read, where a name is twice
    ///     there or is none that a tensor can have
    pytorch_state_dict read(pickle_id root) {
        check_root(root);
        for (const auto& [dict, prefix] : find(root)) {
            prefix_ = prefix;
            open(dict);
            while (!open_.empty()) read_next_item();
        }
        auto& tensors = found_.tensors;
        std::sort(tensors.begin(), tensors.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
        const auto twice = std::adjacent_find(tensors.begin(), tensors.end(),
                                              [](const auto& a, const auto& b) { return a.name == b.name; });
        if (twice != tensors.end()) fail("has tensor " + in_quotes(twice->name) + " twice");
        check_shared_storages();
        return std::move(found_);
    }

 private:
    /// A dict that is being read.
    struct open_dict {
        pickle_id value;
        std::size_t next;         // of its keys and values
        std::size_t prefix_size;  // bytes that come before its keys
    };

    using dicts_by_prefix = std::vector<std::pair<pickle_id, std::string>>;

    static constexpr std::size_t name_limit = 1024;  // bytes
    static constexpr std::size_t tensor_limit = 1'000'000;
    static constexpr int part_limit = 64;  // of a model in parts
    static constexpr std::array<std::string_view, 4> places = {"state_dict", "model", "module", "model_state_dict"};

    [[noreturn]] void fail(const std::string& what) const { throw input_error(std::string(file_) + ": " + what); }

    bool is_dict(pickle_id value) const { return values_->is(value, pickle_kind::dict); }

    std::optional<pickle_id> at(pickle_id dict, std::string_view key) const { return find_entry(*values_, dict, key); }

    bool is_text(pickle_id value) const {
        return values_->is(value, pickle_kind::string) || values_->is(value, pickle_kind::bytes);
    }

    /// A key as a part of a name; empty where it is neither text nor a number.
    std::string name_of(pickle_id key) const {
        if (is_text(key)) return std::string(values_->text(key));
        return values_->is(key, pickle_kind::integer) ? to_string(values_->integer(key)) : "";
    }

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
        if (!is_dict(root)) fail("is no dict of tensors");
        if (at(root, "state") && at(root, "param_groups")) fail("is the state of an optimizer, not a checkpoint");
        if (at(root, "python") && at(root, "numpy") && at(root, "cpu"))
            fail("is the state of random number generators, not a checkpoint");
    }

    /// Where the state dict is. Trainers put single numbers as tensors into the root, so that comes last.
    dicts_by_prefix find(pickle_id root) {
        const auto holds_tensors = [&](std::optional<pickle_id> value) {
            return value && is_dict(*value) && reaches_tensors(*value);
        };
        for (const std::string_view place : places)
            if (const auto value = at(root, place); holds_tensors(value)) {
                found_.place = place;
                return {{*value, ""}};
            }
        if (const auto state = at(root, "state"))
            if (const auto value = at(*state, "model"); holds_tensors(value)) {
                found_.place = "state.model";
                return {{*value, ""}};
            }
        dicts_by_prefix parts;  // as stages of a pipeline in Megatron
        for (int i = 0; i < part_limit; ++i) {
            const std::string part = "model" + to_string(i);
            const auto value = at(root, part);
            if (!holds_tensors(value)) break;
            parts.emplace_back(*value, part + '.');
        }
        if (!parts.empty()) return parts;
        const auto items = values_->items(root);
        for (std::size_t i = 1; i < items.size(); i += 2)
            if (is_pytorch_tensor(*values_, items[i])) {
                root_ = root;
                return {{root, ""}};
            }
        fail_without(root);
    }

    [[noreturn]] void fail_without(pickle_id root) const {
        constexpr std::size_t shown = 8;
        std::string keys;
        const auto items = values_->items(root);
        for (std::size_t i = 0; i < std::min(items.size(), 2 * shown); i += 2)
            keys += (i > 0 ? ", " : "") + in_quotes(name_of(items[i]).substr(0, 100));
        if (items.size() > 2 * shown) keys += ", ...";
        fail(
            "has no state dict: there are no tensors in its root, under \"state_dict\", \"model\", \"module\", "
            "\"model_state_dict\" or \"state\", \"model\" (it has the keys " +
            (keys.empty() ? "of an empty dict" : keys) + ')');
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

    void open(pickle_id dict) {
        if (values_->items(dict).empty()) return;
        if (!read_.insert(dict).second) fail("has one dict in two places of its state dict, at " + in_quotes(prefix_));
        open_.push_back({dict, 0, prefix_.size()});
    }

    void read_next_item() {
        open_dict& dict = open_.back();
        const auto items = values_->items(dict.value);
        if (dict.next == items.size()) return open_.pop_back();
        const pickle_id key = items[dict.next], value = items[dict.next + 1];
        dict.next += 2;
        prefix_.resize(dict.prefix_size);
        read_item(key, value, dict.value == root_);
    }

    /// @param in_root of the file, where a trainer's state may be too
    void read_item(pickle_id key, pickle_id value, bool in_root) {
        const std::string last = name_of(key), name = prefix_ + last;
        const bool of_trainer = in_root && is_trainer_state(last);
        if (last.ends_with("_extra_state")) {
            ++found_.left_out.extra_states;
        } else if (values_->is(value, pickle_kind::none)) {
            ++found_.left_out.none;
        } else if (is_pytorch_tensor(*values_, value)) {
            if (!is_text(key) && last.empty()) fail("has a tensor under a key that is no name, at " + in_quotes(name));
            check_name(name);
            if (found_.tensors.size() == tensor_limit)
                fail("has more than " + to_string(tensor_limit) + " tensors, the limit");
            found_.tensors.push_back(pytorch_tensor_reader(*values_, name, file_).read(value));
        } else if (is_dict(value) && !of_trainer) {
            check_name(name);
            prefix_ = name + '.';
            open(value);
        } else {
            if (!of_trainer && reaches_tensors(value))
                fail("has tensors in a list under " + in_quotes(name) + ", which gives them no names");
            ++found_.left_out.others;
        }
    }

    static bool is_trainer_state(std::string_view key) {
        return key.starts_with("optim") || key.ends_with("scheduler") || key.ends_with("schedulers") ||
               key.starts_with("rng") || key.starts_with("random");
    }

    void check_name(const std::string& name) const {
        if (name.size() > name_limit)
            fail("has a tensor whose name is " + to_string(name.size()) + " bytes long, above the limit of " +
                 to_string(name_limit) + ": " + in_quotes(name.substr(0, 100)) + "...");
        constexpr std::string_view replacement = "\xef\xbf\xbd";
        for (std::string_view rest = name; !rest.empty();) {
            const auto [code_point, size] = first_character(rest);
            if (code_point == 0 || (code_point == 0xfffd && !rest.starts_with(replacement)))
                fail("has a tensor whose name is no text in UTF-8: " + in_quotes(name));
            rest.remove_prefix(size);
        }
    }

    /// Tensors of one storage must agree on what it is; those of nothing need not.
    void check_shared_storages() const {
        std::unordered_map<std::string_view, const stored_pytorch_tensor*> by_key;
        for (const auto& tensor : found_.tensors) {
            const auto& storage = tensor.storage;
            if (storage.elements == 0) continue;
            const auto& first = *by_key.emplace(storage.key, &tensor).first->second;
            if (storage.type_name != first.storage.type_name || storage.elements != first.storage.elements)
                fail("tensors " + in_quotes(first.name) + " and " + in_quotes(tensor.name) +
                     " are of one storage, but one says that it is " + describe(first.storage) + ", the other " +
                     describe(storage));
        }
    }

    static std::string describe(const pytorch_storage& storage) {
        return std::string(storage.type_name) + " of " + to_string(storage.elements);
    }

    const pickle_values* values_;
    std::string_view file_;
    pytorch_state_dict found_;
    std::optional<pickle_id> root_;       // where that is the state dict
    std::vector<open_dict> open_;         // each in the one before it
    std::string prefix_;                  // of the names in the innermost
    std::unordered_set<pickle_id> read_;  // dicts
    std::vector<bool> without_tensors_;   // (values) those known to be
};

}  // namespace detail
}  // namespace bouillon
