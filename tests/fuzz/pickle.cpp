// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/pytorch/pickle_machine.hpp>
#include <bouillon/checkpoint/pytorch/pytorch_state_dict.hpp>

#include "checkpoint/files.hpp"
#include "fuzz/target.hpp"

// Any bytes as a pickle, and what it is of as a state dict. What is not refused keeps its promises, and takes memory in
// proportion to the input.

namespace {

using namespace bouillon;
using detail::pickle_id;
using detail::pickle_kind;
using detail::pickle_values;
using test::promise;

void check_value(const pickle_values& values, pickle_id value, std::size_t input_size) {
    const auto known = [&](pickle_id other) { promise(other < values.size(), "a value refers to a value"); };
    switch (values.kind(value)) {
        case pickle_kind::string:
        case pickle_kind::bytes:
        case pickle_kind::big_integer:
            promise(values.text(value).size() <= input_size, "a text is a part of the input");
            break;
        case pickle_kind::tuple:
        case pickle_kind::list:
        case pickle_kind::dict:
        case pickle_kind::set:
            for (const pickle_id item : values.items(value)) known(item);
            promise(values.kind(value) != pickle_kind::dict || values.items(value).size() % 2 == 0,
                    "a dict's keys have values");
            break;
        case pickle_kind::global:
            promise(values.module_of(value).size() <= input_size && values.name_of(value).size() <= input_size,
                    "a global is named by the input");
            break;
        case pickle_kind::call:
            known(values.callee(value));
            known(values.arguments(value));
            promise(values.is(values.arguments(value), pickle_kind::tuple), "arguments are a tuple");
            if (values.state(value)) known(*values.state(value));
            break;
        case pickle_kind::persistent_id:
            known(values.persistent(value));
            break;
        default:
            promise(values.integer(value) == values.integer(value), "a number has a value");
    }
}

void check_state_dict(const pickle_values& values, pickle_id root) {
    const auto state = detail::pytorch_state_dict_reader(values, "input").read(root);
    for (std::size_t i = 0; i < state.tensors.size(); ++i) {
        const auto& tensor = state.tensors[i];
        promise(i == 0 || state.tensors[i - 1].name < tensor.name, "tensors are sorted, and each is there once");
        if (std::find(tensor.shape.begin(), tensor.shape.end(), 0) != tensor.shape.end()) continue;
        std::size_t last = tensor.elements() - 1;
        if (!tensor.strides.empty()) {
            promise(tensor.strides.size() == tensor.shape.size(), "a tensor has as many strides as dimensions");
            last = 0;
            for (std::size_t d = 0; d < tensor.shape.size(); ++d) last += (tensor.shape[d] - 1) * tensor.strides[d];
        }
        const std::size_t end = tensor.begin + (last + 1) * bytes(tensor.type);
        promise(end > tensor.begin && end <= tensor.storage.bytes(), "a tensor is inside its storage");
        promise(tensor.elements() * bytes(tensor.type) <= tensor.storage.bytes(), "a tensor repeats nothing");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto input = std::as_bytes(std::span(data, size));
    try {
        const auto made = detail::read_pickle(input, "input");
        promise(made.size <= size, "a pickle ends inside the input");
        promise(made.root < made.values.size(), "the root is a value");
        promise(made.values.size() <= 3 + 3 * size, "values are in proportion to the input");
        for (std::size_t value = 0; value < made.values.size(); ++value)
            check_value(made.values, static_cast<pickle_id>(value), size);
        check_state_dict(made.values, made.root);
    } catch (const input_error&) {
        return 0;
    }
    return 0;
}
