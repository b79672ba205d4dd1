// SPDX-License-Identifier: Apache-2.0
#include <bouillon/search/journal_file.hpp>

#include "scratch.hpp"
#include <doctest/doctest.h>

#include <csignal>
#include <sys/resource.h>

using namespace bouillon;

using lines = std::vector<std::string>;

TEST_CASE("lines that were appended are read when the file is opened again") {
    const scratch_folder folder;
    const auto path = folder.path / "journal";
    {
        journal_file file(path, journal_mode::create);
        CHECK(file.lines().empty());
        file.append("one");
        CHECK(read_text(path) == "one\n");  // there before the file is closed
        CHECK(file.last() == "one");
        file.append("two");
        CHECK(file.last() == "two");
    }
    CHECK(journal_file(path, journal_mode::resume).last() == "two");
    CHECK(journal_file(path, journal_mode::resume).lines() == lines{"one", "two"});
}

TEST_CASE("a torn last line is dropped from the file too") {
    const scratch_folder folder;
    const auto path = folder.path / "journal";
    write_text(path, "one\ntwo\nthr");
    journal_file file(path, journal_mode::resume);
    CHECK(file.lines() == lines{"one", "two"});
    file.append("three");
    CHECK(read_text(path) == "one\ntwo\nthree\n");
}

TEST_CASE("an existing file is not overwritten unless it is empty") {
    const scratch_folder folder;
    const auto path = folder.path / "journal";
    write_text(path, "");
    CHECK_NOTHROW(journal_file(path, journal_mode::create));
    write_text(path, "x");
    CHECK_THROWS_WITH_AS(journal_file(path, journal_mode::create),
                         ("journal " + path.string() + ": it exists; resume it or name another file").c_str(),
                         input_error);
    CHECK(read_text(path) == "x");
}

TEST_CASE("two searches cannot write one journal") {
    const scratch_folder folder;
    const auto path = folder.path / "journal";
    journal_file first(path, journal_mode::create);
    CHECK_THROWS_AS(journal_file(path, journal_mode::resume), input_error);
    journal_file moved = std::move(first);
    CHECK_THROWS_AS(journal_file(path, journal_mode::resume), input_error);
}

TEST_CASE("a journal that cannot be opened is an input error") {
    CHECK_THROWS_AS(journal_file("/nonexistent/journal", journal_mode::create), input_error);
    CHECK_THROWS_AS(journal_file("/dev/null", journal_mode::resume), input_error);
}

TEST_CASE("when the disk is full the work fails and the file ends with its last whole line") {
    const scratch_folder folder;
    const auto path = folder.path / "journal";
    journal_file file(path, journal_mode::create);
    file.append("one");
    rlimit before{};
    REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit full{.rlim_cur = 10, .rlim_max = before.rlim_max};
    REQUIRE(setrlimit(RLIMIT_FSIZE, &full) == 0);
    CHECK_THROWS_AS(file.append("a line too long for that"), work_error);
    setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
    CHECK(read_text(path) == "one\n");
    file.append("two");
    CHECK(read_text(path) == "one\ntwo\n");
}
