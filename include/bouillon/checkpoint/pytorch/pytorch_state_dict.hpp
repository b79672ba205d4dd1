// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/pytorch/pickle_values.hpp>
#include <bouillon/checkpoint/pytorch/pytorch_state_search.hpp>
#include <bouillon/checkpoint/pytorch/pytorch_tensors.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/core/in_quotes.hpp>
#include <bouillon/core/to_string.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace bouillon {

/// What a file has beside the tensors of its state dict, by kind.
struct values_left_out {
    std::size_t none = 0;          ///< None
    std::size_t extra_states = 0;  ///< under names that end with "_extra_state"
    std::size_t others = 0;        ///< numbers, texts, lists, objects
    std::size_t tensors = 0;       ///< in the root, where the state dict is not

    friend bool operator==(const values_left_out&, const values_left_out&) = default;
};

namespace detail {

/// The tensors of a model in a file of torch.save.
struct pytorch_state_dict {
    std::vector<stored_pytorch_tensor> tensors;  ///< sorted by name
    values_left_out left_out;
    std::string place;  ///< the keys that lead to them: "", "model", "state.model"
};

/// Reads the state dict among all that a trainer stored beside it.
class pytorch_state_dict_reader {
 public:
    /// @param file what messages call the file
    pytorch_state_dict_reader(const pickle_values& values, std::string_view file)
        : values_(&values), file_(file), search_(values, file) {}

    /// @param root of the pickle
    /// @throws input_error where there is no state dict, where a tensor of it cannot be read, where a name is twice
    ///     there or is none that a tensor can have
    pytorch_state_dict read(pickle_id root) {
        const pytorch_state_place place = search_.find(root);
        found_.place = place.keys;
        if (place.in_root)
            root_ = root;
        else
            count_tensors_of(root);
        for (const auto& [dict, prefix] : place.dicts) {
            prefix_ = prefix;
            open(dict);
            while (!open_.empty()) read_next_item();
        }
        auto& tensors = found_.tensors;
        if (tensors.empty()) fail("has no tensors but those of names that end with \"_extra_state\"");
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

    static constexpr std::size_t tensor_limit = 1'000'000;

    [[noreturn]] void fail(const std::string& what) const { throw input_error(std::string(file_) + ": " + what); }

    void count_tensors_of(pickle_id root) {
        const auto items = values_->items(root);
        for (std::size_t i = 1; i < items.size(); i += 2)
            if (is_pytorch_tensor(*values_, items[i])) ++found_.left_out.tensors;
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
        const std::string last = name_of_key(*values_, key), name = prefix_ + last;
        const bool of_trainer = in_root && is_trainer_state(last);
        if (last.ends_with("_extra_state")) {
            ++found_.left_out.extra_states;
        } else if (values_->is(value, pickle_kind::none)) {
            ++found_.left_out.none;
        } else if (is_pytorch_tensor(*values_, value)) {
            if (last.empty() && !values_->is(key, pickle_kind::string))
                fail("has a tensor under a key that is no name, at " + in_quotes(name));
            check_name(name);
            if (found_.tensors.size() == tensor_limit)
                fail("has more than " + to_string(tensor_limit) + " tensors, the limit");
            found_.tensors.push_back(pytorch_tensor_reader(*values_, name, file_).read(value));
        } else if (values_->is(value, pickle_kind::dict) && !of_trainer) {
            check_name(name);
            prefix_ = name + '.';
            open(value);
        } else {
            if (!of_trainer && search_.reaches_tensors(value))
                fail("has tensors in a list under " + in_quotes(name) + ", which gives them no names");
            ++found_.left_out.others;
        }
    }

    static bool is_trainer_state(std::string_view key) {
        return key.starts_with("optim") || key.ends_with("scheduler") || key.ends_with("schedulers") ||
               key.starts_with("rng") || key.starts_with("random");
    }

    void check_name(const std::string& name) const {
        if (name.size() > pytorch_name_limit)
            fail("has a tensor whose name is longer than " + to_string(pytorch_name_limit) +
                 " bytes, the limit: " + in_quotes(name.substr(0, 100)) + "...");
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
    pytorch_state_search search_;
    pytorch_state_dict found_;
    std::optional<pickle_id> root_;       // where that is the state dict
    std::vector<open_dict> open_;         // each in the one before it
    std::string prefix_;                  // of the names in the innermost
    std::unordered_set<pickle_id> read_;  // dicts
};

}  // namespace detail
}  // namespace bouillon
