// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge/merged_tensors.hpp>

#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

#include <cmath>
#include <numeric>
#include <optional>

using namespace bouillon;

namespace {

using weights = std::vector<double>;

/// A file with "x" of float32, "same" that is alike in all, and "flags" of bools.
std::filesystem::path write(const std::filesystem::path& path, const std::vector<float>& values) {
    std::filesystem::remove(path);
    test::write_tensors(path, {{{"flags", dtype::boolean, {2}}, std::string("\0\1", 2)},
                               {{"same", dtype::f32, {2}}, test::stored(std::vector<float>{0.1f, 0.3f})},
                               {{"x", dtype::f32, {values.size()}}, test::stored(values)}});
    return path;
}

checkpoint_set open_two(const test::temporary_directory& directory, std::optional<dtype> type = std::nullopt) {
    std::vector<float> a(1'000), b(1'000);
    std::iota(a.begin(), a.end(), 0.0f);
    std::iota(b.begin(), b.end(), 5'000.0f);
    const std::vector paths{write(directory / "a.safetensors", a), write(directory / "b.safetensors", b)};
    return open_checkpoints(paths, {.types = {type, {}}});
}

constexpr std::size_t flags = 0, same = 1, x = 2;  // tensors, sorted by name

}  // namespace

TEST_CASE("any run of a merged tensor's elements is read with any scratch memory") {
    const test::temporary_directory directory;
    const auto checkpoints = open_two(directory);
    const detail::merged_tensors merged(checkpoints, weights{1, 2}, tensor_groups(), false, 1);
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
    const detail::merged_tensors copied(checkpoints, weights{0.3, 0.7}, tensor_groups(), false, 2);
    copied.read(same, 0, std::as_writable_bytes(std::span(out)), scratch);
    CHECK(out == std::vector<float>{0.1f, 0.3f});
    const detail::merged_tensors doubled(checkpoints, weights{1, 1}, tensor_groups(), false, 2);
    doubled.read(same, 0, std::as_writable_bytes(std::span(out)), scratch);
    CHECK(out == std::vector<float>{0.2f, 0.6f});

    const auto as_bf16 = open_two(directory, dtype::bf16);
    const detail::merged_tensors converted(as_bf16, weights{0.3, 0.7}, tensor_groups(), false, 2);
    CHECK(converted.type(same) == dtype::bf16);
    CHECK(converted.size(same) == 4);
    CHECK(converted.type(flags) == dtype::boolean);
    std::vector<std::uint16_t> half(2);
    converted.read(same, 0, std::as_writable_bytes(std::span(half)), scratch);
    CHECK(half == std::vector<std::uint16_t>{float_to_bf16(0.1f), float_to_bf16(0.3f)});
}

TEST_CASE("a tensor that cannot be summed gives its bytes from anywhere") {
    const test::temporary_directory directory;
    const auto checkpoints = open_two(directory, dtype::f16);
    const detail::merged_tensors merged(checkpoints, weights{3, 4}, tensor_groups(), false, 1);
    std::vector<std::byte> byte(1), scratch(2'048);
    merged.read(flags, 1, byte, scratch);
    CHECK(byte[0] == std::byte{1});
}

TEST_CASE("inputs of several types are summed exactly and rounded once, to one type or to that which holds them all") {
    const test::temporary_directory directory;
    const std::uint16_t half_bf16 = float_to_bf16(0.7001953125f), half_f16 = float_to_f16(0.3f);
    const float whole = 0.1f;
    test::write_tensors(directory / "a.safetensors", {{{"kept", dtype::f32, {1}}, test::stored(std::vector{whole})},
                                                      {{"x", dtype::f32, {1}}, test::stored(std::vector{whole})}});
    test::write_tensors(directory / "b.safetensors",
                        {{{"kept", dtype::bf16, {1}}, test::stored(std::vector{half_bf16})},
                         {{"x", dtype::bf16, {1}}, test::stored(std::vector{half_bf16})}});
    test::write_tensors(directory / "c.safetensors", {{{"kept", dtype::f16, {1}}, test::stored(std::vector{half_f16})},
                                                      {{"x", dtype::f16, {1}}, test::stored(std::vector{half_f16})}});
    const std::vector paths{directory / "a.safetensors", directory / "b.safetensors", directory / "c.safetensors"};
    const auto checkpoints = open_checkpoints(paths, {.types = {dtype::bf16, {"kept"}}});
    const detail::merged_tensors merged(checkpoints, weights{0.5, 0.25, 0.25}, tensor_groups(), false, 1);
    const float sum = std::fma(0.25f, f16_to_float(half_f16), std::fma(0.25f, bf16_to_float(half_bf16), 0.5f * whole));
    std::vector<std::byte> scratch(3'072);
    std::vector<float> kept(1);
    std::vector<std::uint16_t> rounded(1);
    REQUIRE(merged.type(0) == dtype::f32);
    REQUIRE(merged.type(1) == dtype::bf16);
    merged.read(0, 0, std::as_writable_bytes(std::span(kept)), scratch);
    merged.read(1, 0, std::as_writable_bytes(std::span(rounded)), scratch);
    CHECK(kept[0] == sum);
    CHECK(rounded[0] == float_to_bf16(sum));
    const detail::merged_tensors of_half(checkpoints, weights{0, 1, 0}, tensor_groups(), false, 1);
    CHECK(of_half.type(0) == dtype::bf16);  // the others are absent
}

TEST_CASE("equal bytes of two types are not the same values") {
    const test::temporary_directory directory;
    const std::vector<std::uint16_t> bits{0x3c00};  // 1 as F16
    test::write_tensors(directory / "a.safetensors", {{{"x", dtype::f16, {1}}, test::stored(bits)}});
    test::write_tensors(directory / "b.safetensors", {{{"x", dtype::bf16, {1}}, test::stored(bits)}});
    const std::vector paths{directory / "a.safetensors", directory / "b.safetensors"};
    const auto checkpoints = open_checkpoints(paths, {.types = {dtype::f32, {}}});
    const detail::merged_tensors merged(checkpoints, weights{0.5, 0.5}, tensor_groups(), false, 1);
    std::vector<std::byte> scratch(2'048);
    std::vector<float> out(1);
    merged.read(0, 0, std::as_writable_bytes(std::span(out)), scratch);
    CHECK(out[0] == 0.5f + 0.5f * bf16_to_float(0x3c00));
}

TEST_CASE("of integers that differ a merge has the newest's where it may") {
    const test::temporary_directory directory;
    std::vector<std::filesystem::path> paths;
    for (const std::int64_t step : {100, 200, 300}) {
        paths.push_back(directory / (std::to_string(step) + ".safetensors"));
        test::write_tensors(paths.back(), {{{"steps", dtype::i64, {1}}, test::stored(std::vector{step})}});
    }
    CHECK_THROWS_AS(detail::merged_tensors(open_checkpoints(paths), weights{1, 1, 1}, tensor_groups(), false, 1),
                    integers_differ);
    const auto checkpoints = open_checkpoints(paths, {.newest_integers = true});
    std::vector<std::byte> scratch(3'072);
    std::vector<std::int64_t> out(1);
    const auto merge = [&](const weights& merge_weights) {
        const detail::merged_tensors merged(checkpoints, merge_weights, tensor_groups(), false, 1);
        merged.read(0, 0, std::as_writable_bytes(std::span(out)), scratch);
        return out[0];
    };
    CHECK(merge({0.2, 0.3, 0.5}) == 300);
    CHECK(merge({0.5, 0.5, 0}) == 200);
}
