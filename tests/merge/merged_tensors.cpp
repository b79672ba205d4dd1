// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge/merged_tensors.hpp>

#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

#include <numeric>

using namespace bouillon;

namespace {

using weights = std::vector<double>;

/// A file with "x" of float32, "same" that is alike in all, and "flags" of bools.
std::filesystem::path write(const std::filesystem::path& path, const std::vector<float>& values) {
    test::write_tensors(path, {{{"flags", dtype::boolean, {2}}, std::string("\0\1", 2)},
                               {{"same", dtype::f32, {2}}, test::stored(std::vector<float>{0.1f, 0.3f})},
                               {{"x", dtype::f32, {values.size()}}, test::stored(values)}});
    return path;
}

checkpoint_set open_two(const test::temporary_directory& directory) {
    std::vector<float> a(1'000), b(1'000);
    std::iota(a.begin(), a.end(), 0.0f);
    std::iota(b.begin(), b.end(), 5'000.0f);
    const std::vector paths{write(directory / "a.safetensors", a), write(directory / "b.safetensors", b)};
    return open_checkpoints(paths);
}

constexpr std::size_t flags = 0, same = 1, x = 2;  // tensors, sorted by name

}  // namespace

TEST_CASE("any run of a merged tensor's elements is read with any scratch memory") {
    const test::temporary_directory directory;
    const auto checkpoints = open_two(directory);
    const detail::merged_tensors merged(checkpoints, weights{1, 2}, tensor_groups(), std::nullopt, false, 1);
    CHECK(merged.inputs() == 2);
    CHECK(merged.size(x) == 4'000);
    for (const std::size_t scratch_size : {2'048, 5'000, 100'000}) {
        std::vector<std::byte> scratch(scratch_size);
        for (const std::size_t first : {0, 1, 517})
            for (const std::size_t count : {0, 1, 300, 483}) {
                std::vector<float> out(count);
                merged.prefetch(x, first * 4, count * 4);
                merged.read(x, first * 4, std::as_writable_bytes(std::span(out)), scratch);
                for (std::size_t i = 0; i < count; ++i) CHECK(out[i] == static_cast<float>(3 * (first + i) + 10'000));
            }
    }
}

TEST_CASE("what is the same in all is copied where the weights sum to 1 and converted where its type changes") {
    const test::temporary_directory directory;
    const auto checkpoints = open_two(directory);
    std::vector<std::byte> scratch(2'048);
    std::vector<float> out(2);
    const detail::merged_tensors copied(checkpoints, weights{0.3, 0.7}, tensor_groups(), std::nullopt, false, 2);
    copied.read(same, 0, std::as_writable_bytes(std::span(out)), scratch);
    CHECK(out == std::vector<float>{0.1f, 0.3f});
    const detail::merged_tensors doubled(checkpoints, weights{1, 1}, tensor_groups(), std::nullopt, false, 2);
    doubled.read(same, 0, std::as_writable_bytes(std::span(out)), scratch);
    CHECK(out == std::vector<float>{0.2f, 0.6f});

    const detail::merged_tensors converted(checkpoints, weights{0.3, 0.7}, tensor_groups(), dtype::bf16, false, 2);
    CHECK(converted.type(same) == dtype::bf16);
    CHECK(converted.size(same) == 4);
    CHECK(converted.type(flags) == dtype::boolean);
    std::vector<std::uint16_t> half(2);
    converted.read(same, 0, std::as_writable_bytes(std::span(half)), scratch);
    CHECK(half == std::vector<std::uint16_t>{float_to_bf16(0.1f), float_to_bf16(0.3f)});
}

TEST_CASE("a tensor that cannot be summed gives its bytes from anywhere") {
    const test::temporary_directory directory;
    const auto checkpoints = open_two(directory);
    const detail::merged_tensors merged(checkpoints, weights{3, 4}, tensor_groups(), dtype::f16, false, 1);
    std::vector<std::byte> byte(1), scratch(2'048);
    merged.read(flags, 1, byte, scratch);
    CHECK(byte[0] == std::byte{1});
}
