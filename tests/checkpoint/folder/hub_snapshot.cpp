// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/folder/hub_snapshot.hpp>

#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

#include <string>

using namespace bouillon;

namespace {

const std::string hash = "0fa3b2c4d5e6f708192a3b4c5d6e7f8091a2b312";

}  // namespace

TEST_CASE("a hash is told from a name") {
    for (const char* name : {"0fa3b2c4d5e6f708192a3b4c5d6e7f8091a2b312", "e4c5d61", "1a2b3c4"})
        CHECK_MESSAGE(detail::is_hash(name), std::string(name));
    for (const char* name : {"0000300", "step100", "decade100", "100bad", "abc", "1a2b3c4z", ""})
        CHECK_FALSE_MESSAGE(detail::is_hash(name), std::string(name));
}

TEST_CASE("a snapshot has the name of its revision that tells a step") {
    const test::temporary_directory model;
    create_directories(model / "snapshots" / hash);
    test::write_text(model / "refs/main", hash);
    CHECK(detail::revision_of_snapshot(model / "snapshots" / hash) == "main");
    test::write_text(model / "refs/step143000", hash + '\n');
    test::write_text(model / "refs/refs/pr/3", hash);
    test::write_text(model / "refs/step9", std::string(40, 'a'));
    CHECK(detail::revision_of_snapshot(model / "snapshots" / hash) == "step143000");
}

TEST_CASE("a snapshot that no revision names is refused") {
    const test::temporary_directory model;
    test::write_text(model / "refs/main", std::string(40, 'a'));
    const auto snapshot = model / "snapshots" / hash;
    CHECK(test::message_of<input_error>([&] { detail::revision_of_snapshot(snapshot); }) ==
          snapshot.string() + ": is called by a hash that no file of " + (model / "refs").string() +
              " holds, so nothing tells its step; name the checkpoints to take, in their order");
}
