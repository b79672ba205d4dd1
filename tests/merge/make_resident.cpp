// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge/make_resident.hpp>

#include <bouillon/tensor/xtensor_backend.hpp>

#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

#include <cstdint>
#include <filesystem>
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

TEST_CASE("a file that is cut off after it was opened is refused") {
    const test::temporary_directory directory;
    const auto cut = write_checkpoint(directory / "1.safetensors", 1, 7);
    const auto checkpoints = open_checkpoints(paths{write_checkpoint(directory / "0.safetensors", 0, 7), cut});
    std::filesystem::resize_file(cut, std::filesystem::file_size(cut) - 8);
    CHECK_THROWS_AS(make_resident(checkpoints, xtensor_backend{}), input_error);
}
