// SPDX-License-Identifier: Apache-2.0
#include <bouillon/core/scratch_directory.hpp>
#include <bouillon/core/temporary_directory.hpp>

#include <doctest/doctest.h>

#include <csignal>
#include <fstream>
#include <optional>
#include <sys/wait.h>

using namespace bouillon;
namespace fs = std::filesystem;

namespace {

std::ptrdiff_t entries(const fs::path& folder) {
    return std::distance(fs::directory_iterator(folder), fs::directory_iterator());
}

}  // namespace

TEST_CASE("a scratch directory goes with its owner and so does what is in it") {
    const temporary_directory parent;
    {
        scratch_directory first(parent.path());
        std::ofstream(first.path() / "merge") << "bytes";
        const scratch_directory moved = std::move(first);
        CHECK(fs::exists(moved.path() / "merge"));
        CHECK(entries(parent.path()) == 1);
    }
    CHECK(entries(parent.path()) == 0);
}

TEST_CASE("what a killed owner left is removed by the next and what another still owns is not") {
    const temporary_directory parent;
    const pid_t child = ::fork();
    if (child == 0) {
        const scratch_directory lost(parent.path());
        ::raise(SIGKILL);
    }
    ::waitpid(child, nullptr, 0);
    CHECK(entries(parent.path()) == 1);
    fs::create_directory(parent.path() / "of-somebody-else");
    const scratch_directory first(parent.path());
    CHECK(entries(parent.path()) == 2);
    const scratch_directory second(parent.path());
    CHECK(fs::exists(first.path()));
    CHECK(entries(parent.path()) == 3);
}

TEST_CASE("a scratch directory that cannot be made is a work_error that names it") {
    const temporary_directory parent;
    CHECK_THROWS_AS(scratch_directory(parent.path() / "none"), work_error);
}
