// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/name_prefix.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace bouillon;

namespace {

std::vector<checkpoint_tensor> named(std::vector<std::string> names) {
    std::sort(names.begin(), names.end());
    std::vector<checkpoint_tensor> tensors;
    for (const auto& name : names) tensors.push_back({name, dtype::f32, {1}});
    return tensors;
}

}  // namespace

TEST_CASE("a prefix is what stands before a name, with its dot") {
    CHECK(detail::prefix_of("model.norm.weight", "norm.weight") == "model.");
    CHECK(detail::prefix_of("a.b.norm", "norm") == "a.b.");
    CHECK(detail::prefix_of("xnorm", "norm").empty());
    CHECK(detail::prefix_of("norm", "norm").empty());
    CHECK(detail::prefix_of("norm.weight", "norm").empty());
}

TEST_CASE("the prefix that a wrapper put before all names is found") {
    const auto plain = named({"norm.weight", "layers.0.weight", "layers.1.weight"});
    CHECK(detail::prefix_before(named({"m.norm.weight", "m.layers.0.weight", "m.layers.1.weight"}), plain) == "m.");
    CHECK(detail::prefix_before(named({"_orig_mod.norm.weight", "_orig_mod.layers.0.weight", "layers.1.weight"}),
                                plain) == "_orig_mod.");
}

TEST_CASE("names that differ by more than a prefix have none") {
    const auto plain = named({"norm.weight", "layers.0.weight"});
    CHECK(detail::prefix_before(named({"m.norm.weight", "n.layers.0.weight"}), plain).empty());
    CHECK(detail::prefix_before(named({"m.norm.weight"}), plain).empty());
    CHECK(detail::prefix_before(named({"m.norm.bias", "m.layers.0.weight"}), plain).empty());
    CHECK(detail::prefix_before(plain, plain).empty());
    CHECK(detail::prefix_before(named({"a", "ema.a"}), named({"a", "b"})).empty());
    CHECK(detail::prefix_before(named({"a", "ema.a"}), named({"a", "ema.a"})).empty());
    CHECK(detail::prefix_before({}, {}).empty());
}
