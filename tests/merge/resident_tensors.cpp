// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge/resident_tensors.hpp>

#include <bouillon/tensor/xtensor_backend.hpp>

#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

using namespace bouillon;

namespace {

using paths = std::vector<std::filesystem::path>;

/// Two tensors, one of whole numbers.
std::filesystem::path write_checkpoint(const std::filesystem::path& path, float value, std::int64_t step) {
    test::write_tensors(path, {{{"step", dtype::i64, {1}}, test::stored(std::vector<std::int64_t>{step})},
                               {{"weight", dtype::f32, {3}}, test::stored(std::vector<float>(3, value))}});
    return path;
}

struct held_tensors {
    std::vector<float> values = {1, 2, 3, 4};
    std::vector<std::int64_t> step = {5};

    std::map<std::string, parameter_view> views() const {
        return {{"weight", {{reinterpret_cast<const std::byte*>(values.data()), 4, dtype::f32}, {2, 2}}},
                {"step", {{reinterpret_cast<const std::byte*>(step.data()), 1, dtype::i64}, {1}}}};
    }
};

}  // namespace

TEST_CASE("a tensor that is bitwise the same in several checkpoints is on the backend once") {
    const test::temporary_directory directory;
    const auto checkpoints = open_checkpoints(paths{write_checkpoint(directory / "0.safetensors", 0.5f, 7),
                                                    write_checkpoint(directory / "1.safetensors", 1.5f, 7),
                                                    write_checkpoint(directory / "2.safetensors", 0.5f, 7)});
    const auto read = detail::read_resident(checkpoints, xtensor_backend{}, {});
    REQUIRE(read.size() == 2);
    CHECK(read[0].tensors.size() == 1);
    CHECK(read[0].which == std::vector<std::size_t>{0, 0, 0});
    CHECK(read[1].tensors.size() == 2);
    CHECK(read[1].which == std::vector<std::size_t>{0, 1, 0});
}

TEST_CASE("whole numbers that differ cannot be merged, and the tensor is named") {
    const test::temporary_directory directory;
    const auto checkpoints = open_checkpoints(paths{write_checkpoint(directory / "0.safetensors", 1, 7),
                                                    write_checkpoint(directory / "1.safetensors", 1, 8)});
    try {
        detail::read_resident(checkpoints, xtensor_backend{}, {});
        FAIL("not refused");
    } catch (const input_error& refused) {
        CHECK(std::string(refused.what()).find("\"step\" of type I64") != std::string::npos);
    }
}

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
