// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge/check_output.hpp>

#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

#include <cstdint>
#include <limits>

using namespace bouillon;

namespace {

/// A checkpoint of some floats and a counter.
std::filesystem::path write(const std::filesystem::path& path, const std::vector<float>& values, std::int64_t steps) {
    std::filesystem::remove(path);
    test::write_tensors(path, {{{"steps", dtype::i64, {1}}, test::stored(std::vector{steps})},
                               {{"x", dtype::f32, {values.size()}}, test::stored(values)}});
    return path;
}

/// What is said of an output of two checkpoints, of which the older is given.
std::string refusal(const test::temporary_directory& directory, const std::filesystem::path& output, float value,
                    std::int64_t steps, const write_options& options = {}) {
    const std::vector paths{write(directory / "old.safetensors", {1, value, 3}, steps),
                            write(directory / "new.safetensors", {4, 5, 6}, 7)};
    try {
        check_output(open_checkpoints(paths), output, options);
    } catch (const input_error& problem) {
        return problem.what();
    }
    return {};
}

constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

}  // namespace

TEST_CASE("an output that can be written is found so, and nothing of it stays") {
    const test::temporary_directory directory;
    CHECK(refusal(directory, directory / "made/for/it/out", 2, 7).empty());
    CHECK(test::names_in(directory.path()) == std::vector<std::string>{"new.safetensors", "old.safetensors"});
}

TEST_CASE("what is not finite in any checkpoint is found before a merge, unless it may pass") {
    const test::temporary_directory directory;
    CHECK(refusal(directory, directory / "out", not_a_number, 7) ==
          (directory / "old.safetensors").string() + ": tensor \"x\" has nan at element 1");
    CHECK(refusal(directory, directory / "out", not_a_number, 7, {.allow_non_finite = true}).empty());
    const std::vector paths{directory / "old.safetensors", directory / "new.safetensors"};
    CHECK_THROWS_AS(check_inputs(open_checkpoints(paths)), not_finite);
    CHECK_NOTHROW(check_inputs(open_checkpoints(paths), {.allow_non_finite = true}));
}

TEST_CASE("integers that differ are found before a merge") {
    const test::temporary_directory directory;
    CHECK(refusal(directory, directory / "out", 2, 8).find("tensor \"steps\" of type I64 cannot be summed") !=
          std::string::npos);
}

TEST_CASE("an output that exists or has no place is found before a merge") {
    const test::temporary_directory directory;
    test::write_text(directory / "file", "mine");
    CHECK(refusal(directory, directory / "file", 2, 7) == (directory / "file").string() + ": exists already");
    CHECK(refusal(directory, directory / "file/out", 2, 7)
              .starts_with((directory / "file/out: cannot be written: ").string()));
    CHECK(refusal(directory, "/proc/none/out", 2, 7).find("cannot create") != std::string::npos);
    CHECK(refusal(directory, directory / "..", 2, 7, {.force = true}).find("cannot be the name of an output") !=
          std::string::npos);
    CHECK(test::read_text(directory / "file") == "mine");
}

TEST_CASE("an output that is larger than the room on its disk is refused with both numbers") {
    const test::temporary_directory directory;
    CHECK_NOTHROW(detail::check_room(directory.path(), 1, "out"));
    CHECK_NOTHROW(detail::check_room("/proc", std::size_t{1} << 62, "out"));  // which has no blocks at all
    try {
        detail::check_room(directory.path(), std::size_t{1} << 62, "out");
        FAIL("there is room for 4 EiB");
    } catch (const input_error& problem) {
        const std::string text = problem.what();
        CHECK(text.starts_with("out: takes 4611686018427387904 bytes, but its disk has "));
        CHECK(text.ends_with(" bytes left"));
    }
}
