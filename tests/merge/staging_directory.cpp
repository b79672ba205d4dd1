// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge/staging_directory.hpp>

#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace bouillon;

namespace {

using strings = std::vector<std::string>;

}  // namespace

TEST_CASE("an output of a name removes what killed processes left of that name and nothing else") {
    const test::temporary_directory directory;
    const strings others{".bouillon-partial-other-12-0", ".bouillon-partial-out-12-0-old", ".bouillon-partial-out-12",
                         ".bouillon-partial-out-a-1",    ".bouillon-partial-out-1-12-0",   ".bouillon-partial-out--1"};
    for (const auto& name : others) test::write_text(directory / name / "model.safetensors", "");
    test::write_text(directory / ".bouillon-partial-out-12-0/model.safetensors", "");
    test::write_text(directory / ".bouillon-partial-out-12-1/model.safetensors", "");
    test::write_text(directory / ".bouillon-partial-out-7-7", "a file");
    {
        const detail::staging_directory staging(directory / "out");
        CHECK(test::names_in(directory.path()).size() == others.size() + 2);
    }
    CHECK_FALSE(exists(directory / ".bouillon-partial-out-12-0"));
    CHECK_FALSE(exists(directory / ".bouillon-partial-out-12-1"));
    for (const auto& name : others) CHECK(exists(directory / name));
}

TEST_CASE("an output that is still being written is no left-over") {
    const test::temporary_directory directory;
    const detail::staging_directory first(directory / "out");
    const detail::staging_directory second(directory / "out");
    CHECK(first.path() != second.path());
    CHECK(exists(first.path()));
    CHECK(exists(second.path()));
}

TEST_CASE("a name as long as the system allows can be prepared") {
    const test::temporary_directory directory;
    const detail::staging_directory staging(directory / std::string(255, 'a'));
    CHECK(exists(staging.path()));
}
