// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/folder/directory_names.hpp>

#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

using namespace bouillon;

TEST_CASE("names of files and of directories are told apart with links followed") {
    const test::temporary_directory directory;
    test::write_text(directory / "blobs/1f", "");
    create_symlink("blobs/1f", directory / "model.safetensors");
    create_symlink("blobs", directory / "linked");
    create_symlink("nowhere", directory / "dangling.safetensors");
    const auto names = detail::names_in(directory.path());
    CHECK(names.files == std::set<std::string, std::less<>>{"model.safetensors"});
    CHECK(names.directories == std::set<std::string, std::less<>>{"blobs", "linked"});
    CHECK(names.has_file("model.safetensors"));
    CHECK(names.files_that([](const std::string& name) { return name.starts_with('x'); }).empty());
    CHECK(names.paths({"a"}) == std::vector{directory / "a"});
}
