// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge/resident_tensors.hpp>

#include <bouillon/tensor/xtensor_backend.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

using namespace bouillon;

namespace {

struct held_tensors {
    std::vector<float> values = {1, 2, 3, 4};
    std::vector<std::int64_t> step = {5};

    std::map<std::string, parameter_view> views() const {
        return {{"weight", {{reinterpret_cast<const std::byte*>(values.data()), 4, dtype::f32}, {2, 2}}},
                {"step", {{reinterpret_cast<const std::byte*>(step.data()), 1, dtype::i64}, {1}}}};
    }
};

}  // namespace

TEST_CASE("tensors of a trainer that do not match are refused") {
    const xtensor_backend backend;
    const held_tensors held;
    const auto refusal = [&](const std::map<std::string, parameter_view>& other) {
        try {
            detail::hold_resident({held.views(), other}, backend, {});
        } catch (const input_error& refused) {
            return std::string(refused.what());
        }
        return std::string("accepted");
    };
    CHECK(refusal(held.views()) == "accepted");
    auto other = held.views();
    other["weight"].shape = {4};
    CHECK(refusal(other) == "tensor \"weight\" has shape [2, 2] in one checkpoint and [4] in another");
    other = held.views();
    other["weight"].tensor.type = dtype::bf16;
    CHECK(refusal(other) == "tensor \"weight\" has type F32 in one checkpoint and BF16 in another");
    other = held.views();
    other["renamed"] = other.extract("weight").mapped();
    CHECK(refusal(other) == "tensor \"weight\" is not in every checkpoint");
    other = held.views();
    other.erase("step");
    CHECK(refusal(other) == "checkpoints of 2 and of 1 tensors cannot be merged");
    held_tensors later;
    later.step = {6};
    CHECK(refusal(later.views()).find("\"step\" of type I64 cannot be summed") != std::string::npos);
    CHECK_THROWS_WITH_AS(detail::hold_resident({}, backend, {}), "no checkpoint given", input_error);
}
