// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/pytorch/pytorch_state_search.hpp>

#include <bouillon/checkpoint/pytorch/pickle_machine.hpp>

#include "checkpoint/files.hpp"
#include "checkpoint/pickle_text.hpp"
#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace bouillon;
using namespace test::pickle;

namespace {

/// Where the state dict is: "KEYS: PREFIX[NAMES], ..." with "root" for its keys where it is that.
std::string place(const std::string& root) {
    const std::string pickle = whole(root);
    const auto made = detail::read_pickle(test::as_bytes(pickle), "f");
    const auto found = detail::pytorch_state_search(made.values, "f").find(made.root);
    std::string text = found.in_root ? "root" : found.keys;
    for (const auto& [dict, prefix] : found.dicts) {
        text += (text.ends_with(']') ? ", " : ": ") + prefix + '[';
        const auto items = made.values.items(dict);
        for (std::size_t i = 0; i < items.size(); i += 2) text += detail::name_of_key(made.values, items[i]);
        text += ']';
    }
    return text;
}

std::string refusal(const std::string& root) {
    return test::message_of<input_error>([&] { place(root); });
}

const std::string some = tensor({2, 3}, {3, 1});
const std::string model = dict({{"a", some}, {"b", some}});

}  // namespace

TEST_CASE("a state dict is found where the trainer put it") {
    CHECK(place(model) == "root: [ab]");
    CHECK(place(call("collections OrderedDict", {}) + text("a") + some + 's') == "root: [a]");
    for (const std::string key : {"state_dict", "model", "module", "model_state_dict"})
        CHECK(place(dict({{"step", number(1)}, {key, model}, {"optimizer", dict({{"o", some}})}})) == key + ": [ab]");
    CHECK(place(dict({{"state", dict({{"model", model}, {"optimizers", dict({{"o", some}})}})}})) ==
          "state.model: [ab]");
    CHECK(place(dict({{"model0", model}, {"model1", model}, {"args", none}})) == ": model0.[ab], model1.[ab]");
}

TEST_CASE("a number that a trainer stored as a tensor beside the model does not make the root a state dict") {
    CHECK(place(dict({{"best_val_loss", tensor({}, {})}, {"model", model}})) == "model: [ab]");
    CHECK(place(dict({{"model", number(7)}, {"state_dict", dict({})}, {"a", some}})) == "root: [modelstate_dicta]");
}

TEST_CASE("a dict without tensors is no state dict, however deep it is") {
    std::string bomb = dict({{"a", list({number(1)})}});
    for (int i = 0; i < 60; ++i) bomb += "2\x86";
    CHECK(place(dict({{"state_dict", dict({{"bomb", bomb}})}, {"model", dict({{"deep", list({model})}})}})) ==
          "model: [deep]");
    CHECK(refusal(dict({{"model", dict({{"bomb", bomb}})}})).starts_with("f: has no state dict: "));
}

TEST_CASE("a key becomes a part of a name that is no longer than names may be") {
    const std::string pickle = whole(tuple({text(std::string(2000, 'x')), number(-3), none, "U\1b"}));
    const auto made = detail::read_pickle(test::as_bytes(pickle), "f");
    const auto items = made.values.items(made.root);
    CHECK(detail::name_of_key(made.values, items[0]) == std::string(1025, 'x'));
    CHECK(detail::name_of_key(made.values, items[1]) == "-3");
    CHECK(detail::name_of_key(made.values, items[2]).empty());
    CHECK(detail::name_of_key(made.values, items[3]) == "b");
}

TEST_CASE("files beside a model are refused by what they are") {
    CHECK(refusal(dict({{"state", dict({{"0", dict({{"exp_avg", some}})}})}, {"param_groups", list({})}})) ==
          "f: is the state of an optimizer, not a checkpoint");
    CHECK(refusal(dict({{"python", none}, {"numpy", none}, {"cpu", some}})) ==
          "f: is the state of random number generators, not a checkpoint");
    CHECK(refusal(some) == "f: is one tensor without a name, not a checkpoint");
    CHECK(refusal(call("transformers.training_args TrainingArguments", {})) ==
          "f: is an object of the class \"transformers.training_args.TrainingArguments\", not a dict of tensors (of a "
          "whole model, save its state_dict instead)");
    CHECK(refusal(list({some})) == "f: is no dict of tensors");
    CHECK(refusal(dict({{"base_lrs", list({})}, {"last_epoch", number(3)}})) ==
          "f: has no state dict: there are no tensors in its root, under \"state_dict\", \"model\", \"module\", "
          "\"model_state_dict\" or \"state\", \"model\" (it has the keys \"base_lrs\", \"last_epoch\")");
    CHECK(refusal(dict({})).ends_with("(it has the keys of an empty dict)"));
}
