// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/pytorch/pytorch_state_dict.hpp>

#include <bouillon/checkpoint/pytorch/pickle_machine.hpp>

#include "checkpoint/files.hpp"
#include "checkpoint/pickle_text.hpp"
#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace bouillon;
using namespace test::pickle;
using names = std::vector<std::string>;

namespace {

struct found_names {
    names tensors;
    values_left_out left_out;
    std::string place;
};

found_names read(const std::string& root) {
    const std::string pickle = whole(root);
    const auto made = detail::read_pickle(test::as_bytes(pickle), "f");
    const auto state = detail::pytorch_state_dict_reader(made.values, "f").read(made.root);
    found_names found{{}, state.left_out, state.place};
    for (const auto& item : state.tensors) found.tensors.push_back(item.name);
    return found;
}

std::string refusal(const std::string& root) {
    return test::message_of<input_error>([&] { read(root); });
}

const std::string some = tensor({2, 3}, {3, 1});
const std::string model = dict({{"b", some}, {"a", some}});

}  // namespace

TEST_CASE("tensors of a state dict come sorted by name, with the place that they were found at") {
    const auto found = read(dict({{"step", number(1)}, {"model", model}}));
    CHECK(found.tensors == names{"a", "b"});
    CHECK(found.place == "model");
    CHECK(read(model).place.empty());
}

TEST_CASE("nested dicts of a model become one with dots between the keys") {
    const auto megatron = dict({{"language_model", dict({{"embedding", dict({{"weight", some}})},
                                                         {"empty", dict({})},
                                                         {"encoder", dict({{"0.weight", some}})}})}});
    CHECK(read(dict({{"model", megatron}})).tensors ==
          names{"language_model.embedding.weight", "language_model.encoder.0.weight"});
    CHECK(read(dict({{"model0", model}, {"model1", model}, {"args", none}})).tensors ==
          names{"model0.a", "model0.b", "model1.a", "model1.b"});
    CHECK(read("}" + number(3) + some + "sU\1b" + some + 's').tensors == names{"3", "b"});
}

TEST_CASE("what is no tensor is left out of a state dict and counted") {
    const auto found = read(dict({{"model", dict({{"a", some},
                                                  {"b", none},
                                                  {"c._extra_state", call("_io BytesIO", {})},
                                                  {"_extra_state", none},
                                                  {"d._extra_state", some},
                                                  {"e", number(1)},
                                                  {"f", list({number(1)})},
                                                  {"g", call("some.module Thing", {number(1)})}})}}));
    CHECK(found.tensors == names{"a"});
    CHECK(found.left_out == values_left_out{1, 3, 3});
    const auto root = read(dict({{"a", some}, {"optimizer", dict({{"o", some}})}, {"lr_scheduler", list({some})}}));
    CHECK(root.tensors == names{"a"});
    CHECK(root.left_out == values_left_out{0, 0, 2});
}

TEST_CASE("a state dict of nothing but extra states is refused") {
    CHECK(refusal(dict({{"model", dict({{"a._extra_state", some}})}})) ==
          "f: has no tensors but those of names that end with \"_extra_state\"");
}

TEST_CASE("tensors of a state dict that have no names are refused") {
    CHECK(refusal(dict({{"a", some}, {"layers", list({dict({{"w", some}})})}})) ==
          "f: has tensors in a list under \"layers\", which gives them no names");
    CHECK(refusal("}" + tuple({number(1)}) + some + 's') == "f: has a tensor under a key that is no name, at \"\"");
}

TEST_CASE("a name that a state dict has twice is refused") {
    CHECK(refusal(dict({{"a", some}, {"a", some}})) == "f: has tensor \"a\" twice");
    CHECK(refusal(dict({{"a.b", some}, {"a", dict({{"b", some}})}})) == "f: has tensor \"a.b\" twice");
    CHECK(refusal("}" + text("x") + dict({{"b", some}}) + "q\1s" + text("y") + "h\1s" + text("a") + some + 's') ==
          "f: has one dict in two places of its state dict, at \"y.\"");
    CHECK(refusal("}q\1" + text("a") + some + "s" + text("itself") + "h\1s") ==
          "f: has one dict in two places of its state dict, at \"itself.\"");
}

TEST_CASE("a name that no tensor can have is refused") {
    CHECK(refusal(dict({{"a\xff", some}})) == "f: has a tensor whose name is no text in UTF-8: \"a\\ufffd\"");
    CHECK(refusal(dict({{"\xed\xa0\x80", some}})).starts_with("f: has a tensor whose name is no text in UTF-8: "));
    CHECK(refusal(dict({{std::string("a\0", 2), some}})) ==
          "f: has a tensor whose name is no text in UTF-8: \"a\\u0000\"");
    CHECK(refusal(dict({{"\xef\xbf\xbd\xc3\xa9", some}})) == "");
    CHECK(refusal(dict({{std::string(1024, 'a'), some}})) == "");
    CHECK(refusal(dict({{std::string(1025, 'a'), some}}))
              .starts_with("f: has a tensor whose name is longer than 1024 bytes, the limit: \"aaaa"));
}

TEST_CASE("tensors of one storage agree on what it is") {
    const auto in = [](const char* type, std::int64_t size) {
        return tensor({1}, {1}, 0, storage("torch " + std::string(type), "0", size));
    };
    CHECK(read(dict({{"a", in("FloatStorage", 4)}, {"b", in("FloatStorage", 4)}})).tensors.size() == 2);
    CHECK(refusal(dict({{"a", in("FloatStorage", 4)}, {"b", in("IntStorage", 4)}})) ==
          "f: tensors \"a\" and \"b\" are of one storage, but one says that it is FloatStorage of 4, the other "
          "IntStorage "
          "of 4");
    CHECK(refusal(dict({{"a", in("FloatStorage", 4)}, {"b", in("FloatStorage", 5)}})) ==
          "f: tensors \"a\" and \"b\" are of one storage, but one says that it is FloatStorage of 4, the other "
          "FloatStorage "
          "of 5");
    const auto empty = [](const char* type) {
        return tensor({0}, {1}, 0, storage("torch " + std::string(type), "0", 0));
    };
    CHECK(read(dict({{"a", empty("FloatStorage")}, {"b", empty("IntStorage")}})).tensors.size() == 2);
}

TEST_CASE("a tensor that is not wanted may be of any kind") {
    const std::string sparse = call("torch._utils _rebuild_sparse_tensor", {});
    CHECK(read(dict({{"model", model}, {"rng", sparse}})).tensors == names{"a", "b"});
    CHECK(refusal(dict({{"model", dict({{"a", some}, {"b", sparse}})}})) ==
          "f: tensor \"b\" is made by \"torch._utils._rebuild_sparse_tensor\", which is not read");
}

TEST_CASE("a state dict of nested doubles is looked through once") {
    std::string bomb = list({number(1)});
    for (int i = 0; i < 60; ++i) bomb += "2\x86";
    CHECK(read(dict({{"a", some}, {"bomb", bomb}})).left_out.others == 1);
}
