// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/pytorch/pytorch_tensors.hpp>

#include <bouillon/checkpoint/pytorch/pickle_machine.hpp>

#include "checkpoint/files.hpp"
#include "checkpoint/pickle_text.hpp"
#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

using namespace bouillon;
using namespace test::pickle;
using dimensions = std::vector<std::size_t>;

namespace {

/// A tensor "t", without what refers to the pickle.
struct read_tensor {
    checkpoint_tensor tensor;
    dimensions strides;
    std::size_t begin;
};

read_tensor read(const std::string& value) {
    const std::string pickle = whole(value);
    const auto made = detail::read_pickle(test::as_bytes(pickle), "f");
    CHECK(detail::is_pytorch_tensor(made.values, made.root));
    const auto tensor = detail::pytorch_tensor_reader(made.values, "t", "f").read(made.root);
    return {tensor, tensor.strides, tensor.begin};
}

std::string refusal(const std::string& value) {
    return test::message_of<input_error>([&] { read(value); });
}

void check_refused(const std::string& value, const std::string& what) {
    CHECK(refusal(value) == "f: tensor \"t\" " + what);
}

void check_is_the_tensor(const std::string& value) {
    const auto found = read(value);
    CHECK(found.tensor == checkpoint_tensor{"t", dtype::f32, {2, 3}});
    CHECK(found.strides.empty());
    CHECK(found.begin == 0);
}

const std::string plain = tensor({2, 3}, {3, 1});

}  // namespace

TEST_CASE("a tensor of a pickle has its shape, type and place") {
    check_is_the_tensor(plain);
    const auto part = read(tensor({2}, {1}, 3));
    CHECK(part.tensor.shape == dimensions{2});
    CHECK(part.begin == 12);
    CHECK(read(tensor({}, {}, 5)).begin == 20);
    CHECK(read(tensor({3, 2}, {1, 3})).strides == dimensions{1, 3});
    CHECK(read(tensor({2, 2}, {3, 1}, 1)).strides == dimensions{3, 1});
    CHECK(read(tensor({2, 1, 3}, {3, 77, 1})).strides.empty());
    CHECK(read(tensor({1, 6}, {0, 1})).strides.empty());
}

TEST_CASE("a tensor of no elements may lie anywhere") {
    for (const std::int64_t offset : {0, 6, 1000}) {
        const auto empty = read(tensor({4, 0, 2}, {0, 9, 9}, offset));
        CHECK(empty.tensor.shape == dimensions{4, 0, 2});
        CHECK(empty.strides.empty());
        CHECK(empty.begin == 0);
    }
}

TEST_CASE("a tensor of a pickle may be wrapped in what the model's class made of it") {
    check_is_the_tensor(call("torch._utils _rebuild_parameter", {plain, yes, hooks}));
    check_is_the_tensor(call("torch._utils _rebuild_parameter_with_state", {plain, yes, hooks, dict({})}));
    const std::string arguments =
        tuple({storage("torch FloatStorage", "0", 6), number(0), sizes({2, 3}), sizes({3, 1}), no, hooks});
    const std::string function = global("torch._utils _rebuild_tensor_v2");
    for (const char* type : {"torch Tensor", "torch.nn.parameter Parameter"})
        for (const char* module : {"torch._tensor", "torch.tensor"})
            check_is_the_tensor(call(std::string(module) + " _rebuild_from_type_v2",
                                     {function, global(type), arguments, dict({{"a", none}})}));
    check_refused(call("torch._tensor _rebuild_from_type_v2", {function, global("my.code Tensor"), arguments, none}),
                  "is of the class \"my.code.Tensor\", whose meaning is not known");
    std::string deep = plain;
    for (int i = 0; i < 9; ++i) deep = call("torch._utils _rebuild_parameter", {deep, yes, hooks});
    check_refused(deep, "is wrapped more than 8 times");
}

TEST_CASE("tensors of all of PyTorch's versions are read") {
    const std::string in = storage("torch FloatStorage", "0", 6);
    check_is_the_tensor(call("torch._utils _rebuild_tensor", {in, number(0), sizes({2, 3}), sizes({3, 1})}));
    const auto second = [&](const std::string& metadata) {
        return call("torch._utils _rebuild_tensor_v2",
                    {in, number(0), sizes({2, 3}), sizes({3, 1}), no, hooks, metadata});
    };
    check_is_the_tensor(second(none));
    check_is_the_tensor(second(dict({{"conj", no}, {"other", yes}})));
    check_refused(second(dict({{"conj", yes}})), "is stored as a view that conjugates its values");
    check_refused(second(dict({{"neg", number(1)}})), "is stored as a view that negates its values");
    check_refused(second(number(1)), "is not pickled as PyTorch does it");
    check_refused(second(dict(named_values(17, {"other", no}))), "is not pickled as PyTorch does it");
    check_is_the_tensor(call("torch._utils _rebuild_tensor_v2",
                             {in, number(0), call("torch Size", {sizes({2, 3})}), sizes({3, 1}), no, hooks}));
}

TEST_CASE("a tensor over untyped bytes has the type that it is given") {
    const auto third = [](const std::string& type, std::int64_t bytes, std::int64_t offset) {
        return call("torch._utils _rebuild_tensor_v3", {storage("torch.storage UntypedStorage", "0", bytes),
                                                        number(offset), sizes({2, 3}), sizes({3, 1}), no, hooks, type});
    };
    const auto found = read(third(global("torch uint16"), 16, 2));
    CHECK(found.tensor.type == dtype::u16);
    CHECK(found.begin == 4);
    CHECK(read(third(global("torch float8_e4m3fn"), 6, 0)).tensor.type == dtype::f8_e4m3);
    check_refused(third(global("torch uint16"), 11, 0),
                  "of shape [2, 3], strides [3, 1] and offset 0 reaches beyond its storage of 5 elements");
    check_refused(third(global("torch float4_e2m1fn_x2"), 6, 0),
                  "is of the type \"torch.float4_e2m1fn_x2\", which is not read");
    check_refused(third(number(1), 6, 0), "is of the type of no name, which is not read");
    check_refused(tensor({2}, {1}, 0, storage("torch.storage UntypedStorage", "0", 8)),
                  "is not pickled as PyTorch does it");
}

TEST_CASE("a tensor that reaches beyond its storage is refused") {
    const std::string beyond = " reaches beyond its storage of 6 elements";
    check_refused(tensor({2, 3}, {3, 1}, 1), "of shape [2, 3], strides [3, 1] and offset 1" + beyond);
    check_refused(tensor({7}, {1}), "of shape [7], strides [1] and offset 0" + beyond);
    check_refused(tensor({}, {}, 6), "of shape [], strides [] and offset 6" + beyond);
    check_refused(tensor({2}, {6}), "of shape [2], strides [6] and offset 0" + beyond);
    const std::int64_t huge = std::int64_t{1} << 62;
    for (const auto& overflowing :
         {tensor({huge, 4}, {1, 1}), tensor({5}, {huge}), tensor({2, 2, 2}, {huge, huge, huge}), tensor({2}, {1}, huge),
          tensor({huge, huge}, {0, 0})})
        CHECK(refusal(overflowing).ends_with(beyond));
}

TEST_CASE("a tensor that shows elements of its storage several times is refused") {
    check_refused(tensor({200}, {0}), "of shape [200] and strides [0] shows elements of its storage several times");
    check_refused(tensor({2, 5}, {1, 1}),
                  "of shape [2, 5] and strides [1, 1] shows elements of its storage several times");
    check_refused(tensor({std::int64_t{1} << 61}, {0}),
                  "of shape [2305843009213693952] and strides [0] shows elements of its storage several times");
}

TEST_CASE("a tensor that is not pickled as PyTorch does it is refused") {
    const std::string in = storage("torch FloatStorage", "0", 6);
    const auto made = [&](const std::vector<std::string>& arguments) {
        return call("torch._utils _rebuild_tensor", arguments);
    };
    const std::string form = "is not pickled as PyTorch does it";
    check_refused(tensor({2, 3}, {1}), form);
    check_refused(tensor({-1}, {1}), form);
    check_refused(tensor({1}, {-1}), form);
    check_refused(tensor({1}, {1}, -1), form);
    check_refused(made({in, number(0), number(1), sizes({1})}), form);
    check_refused(made({in, yes, sizes({1}), sizes({1})}), form);
    check_refused(made({in, number(0), tuple({yes}), sizes({1})}), form);
    check_refused(made({text("no storage"), number(0), sizes({1}), sizes({1})}),
                  "has a storage that is not pickled as PyTorch does it, or of a type that is not known");
    check_refused(call("torch._utils _rebuild_parameter", {number(1), yes, hooks}), form);
    check_refused(call("torch._utils _rebuild_parameter", {}), form);
    check_refused(plain + dict({}) + 'b', "is made by \"torch._utils._rebuild_tensor_v2\", which is not read");
    check_refused(call("torch._tensor _rebuild_from_type_v2", {number(1), number(2), sizes({}), none}), form);
    check_refused(tensor(std::vector<std::int64_t>(65, 1), std::vector<std::int64_t>(65, 1)), form);
    check_refused(made({in}), "is made by \"torch._utils._rebuild_tensor\", which is not read");
}

TEST_CASE("tensors of kinds that cannot be read are refused by their kind") {
    check_refused(
        call("torch._utils _rebuild_meta_tensor_no_storage", {global("torch float32"), sizes({2}), sizes({1}), no}),
        "has no data: it was on the device meta");
    for (const char* kind : {"_rebuild_sparse_tensor", "_rebuild_qtensor", "_rebuild_wrapper_subclass",
                             "_rebuild_device_tensor_from_numpy", "_rebuild_nested_tensor"})
        check_refused(call("torch._utils " + std::string(kind), {}),
                      "is made by \"torch._utils." + std::string(kind) + "\", which is not read");
    check_refused(call("torch.nn.parameter Parameter", {}) + dict({}) + 'b',
                  "is made by \"torch.nn.parameter.Parameter\", which is not read");
    const std::string part =
        "is a process's part of a tensor (torch.distributed.tensor.DTensor), whose whole only "
        "torch.distributed.checkpoint stores";
    check_refused(call("torch.distributed.tensor DTensor", {}), part);
    check_refused(
        call("torch._tensor _rebuild_from_type_v2", {global("torch._utils _rebuild_wrapper_subclass"),
                                                     global("torch.distributed.tensor DTensor"), tuple({}), dict({})}),
        part);
    CHECK(refusal(call("torch.distributed._shard.sharded_tensor.api ShardedTensor", {}) + dict({}) + 'b')
              .starts_with("f: tensor \"t\" is a process's part of a tensor (torch.distributed._shard.sharded_tensor"));
    for (const char* type : {"QInt8Storage", "ComplexDoubleStorage"})
        check_refused(tensor({1}, {1}, 0, storage("torch " + std::string(type), "0", 6)),
                      "has a storage of the type \"" + std::string(type) + "\", which is not read");
}
