// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/input_file.hpp>

#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

#include <chrono>

using namespace bouillon;

namespace {

std::string read_part(const input_file& file, std::size_t first, std::size_t size) {
    std::string bytes(size, '?');
    file.read(first, std::as_writable_bytes(std::span(bytes)), [] { return "a part"; });
    return bytes;
}

void check_refused_as_changed(const input_file& file, std::size_t first, std::size_t size, const std::string& sizes) {
    CHECK(test::message_of<input_error>([&] { read_part(file, first, size); }) ==
          file.path().string() + ": changed while a part was read (" + sizes + " when it was opened)");
}

}  // namespace

TEST_CASE("an input file gives any run of its bytes") {
    const test::temporary_directory directory;
    test::write_text(directory / "a", "some bytes");
    const input_file file(directory / "a");
    CHECK(file.path() == directory / "a");
    CHECK(file.size() == 10);
    CHECK(read_part(file, 0, 10) == "some bytes");
    CHECK(read_part(file, 5, 2) == "by");
    CHECK(read_part(file, 10, 0).empty());
    file.prefetch(0, 10);
    file.prefetch(10, 0);
    CHECK(read_file(directory / "a") == "some bytes");
}

TEST_CASE("an input file may be renamed, replaced by a rename and removed") {
    const test::temporary_directory directory;
    test::write_text(directory / "a", "old");
    test::write_text(directory / "b", "newer");
    const input_file file(directory / "a");
    std::filesystem::rename(directory / "b", directory / "a");
    CHECK(read_part(file, 0, 3) == "old");
    const input_file second(directory / "a");
    std::filesystem::remove(directory / "a");
    CHECK(read_part(second, 0, 5) == "newer");
}

TEST_CASE("an input file that became shorter is refused and not read") {
    const test::temporary_directory directory;
    test::write_text(directory / "a", std::string(10'000, 'x'));
    const input_file file(directory / "a");
    std::filesystem::resize_file(directory / "a", 5'000);
    check_refused_as_changed(file, 4'000, 2'000, "5000 bytes now, 10000");
    check_refused_as_changed(file, 6'000, 10, "5000 bytes now, 10000");
    check_refused_as_changed(file, 0, 10, "5000 bytes now, 10000");
}

TEST_CASE("an input file that was written to is refused") {
    const test::temporary_directory directory;
    test::write_text(directory / "a", "0123");
    const input_file file(directory / "a");
    test::write_text(directory / "a", "4567");
    // Two writes within one tick of the system's clock would look like one.
    std::filesystem::last_write_time(directory / "a",
                                     std::filesystem::last_write_time(directory / "a") + std::chrono::seconds(1));
    check_refused_as_changed(file, 0, 4, "4 bytes now, 4");
}

TEST_CASE("only a regular file that exists can be an input") {
    const test::temporary_directory directory;
    CHECK_THROWS_WITH_AS(input_file(directory / "none"),
                         ((directory / "none").string() + ": cannot open: No such file or directory").c_str(),
                         input_error);
    CHECK_THROWS_WITH_AS(input_file(directory.path()), (directory.path().string() + ": not a regular file").c_str(),
                         input_error);
    REQUIRE(::mkfifo((directory / "pipe").c_str(), 0600) == 0);
    CHECK_THROWS_AS(input_file(directory / "pipe"), input_error);  // and does not wait for a writer
}
