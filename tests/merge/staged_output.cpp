// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge/staged_output.hpp>

#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

using namespace bouillon;

namespace {

using strings = std::vector<std::string>;

void publish_text(const std::filesystem::path& target, const std::string& text, bool force = false) {
    staged_output staged(target, force);
    test::write_text(staged.directory() / "model.safetensors", text);
    staged.publish(staged.directory());
}

}  // namespace

TEST_CASE("a directory appears whole under its name and nothing else stays") {
    const test::temporary_directory directory;
    {
        staged_output staged(directory / "out", false);
        test::write_text(staged.directory() / "a", "text");
        CHECK_FALSE(exists(directory / "out"));
        staged.publish(staged.directory());
    }
    CHECK(test::read_text(directory / "out/a") == "text");
    CHECK(test::names_in(directory.path()) == strings{"out"});
}

TEST_CASE("a file appears whole under its name and nothing else stays") {
    const test::temporary_directory directory;
    {
        staged_output staged(directory / "out.safetensors", false);
        test::write_text(staged.directory() / "any", "text");
        staged.publish(staged.directory() / "any");
    }
    CHECK(test::read_text(directory / "out.safetensors") == "text");
    CHECK(test::names_in(directory.path()) == strings{"out.safetensors"});
}

TEST_CASE("what is not published leaves nothing behind") {
    const test::temporary_directory directory;
    {
        const staged_output staged(directory / "out", false);
        test::write_text(staged.directory() / "a", "text");
    }
    CHECK(test::names_in(directory.path()).empty());
}

TEST_CASE("missing parents are made and a final slash means nothing") {
    const test::temporary_directory directory;
    publish_text(directory / "a/b/out/", "text");
    CHECK(test::read_text(directory / "a/b/out/model.safetensors") == "text");
}

TEST_CASE("two outputs are staged beside each other at the same time") {
    const test::temporary_directory directory;
    const staged_output first(directory / "1", false);
    const staged_output second(directory / "2", false);
    CHECK(first.directory() != second.directory());
}

TEST_CASE("a left-over of a killed process is removed by the next output of its name") {
    const test::temporary_directory directory;
    test::write_text(directory / (".bouillon-partial-out-" + std::to_string(::getpid()) + "-0") / "a", "old");
    test::write_text(directory / ".bouillon-partial-out-1-0/a", "old");
    {
        const staged_output staged(directory / "out/", false);
        CHECK(test::names_in(staged.directory()).empty());
        CHECK(test::names_in(directory.path()).size() == 1);
    }
    CHECK(test::names_in(directory.path()).empty());
}

TEST_CASE("parents that were made for what is not published go with it") {
    const test::temporary_directory directory;
    { const staged_output staged(directory / "a/b/out", false); }
    CHECK(test::names_in(directory.path()).empty());
}

TEST_CASE("a name that is none is refused") {
    for (const char* name : {"", ".", "..", "/", "a/.."})
        CHECK_THROWS_WITH_AS(staged_output(name, true),
                             (std::string(name) + ": cannot be the name of an output").c_str(), input_error);
}

TEST_CASE("an output that exists is refused without force") {
    const test::temporary_directory directory;
    publish_text(directory / "out", "old");
    const auto refused = (directory / "out").string() + ": exists already";
    CHECK_THROWS_WITH_AS(staged_output(directory / "out", false), refused.c_str(), output_exists);
    CHECK_THROWS_WITH_AS(require_writable_target(directory / "out", false), refused.c_str(), input_error);
    create_symlink("nowhere", directory / "link");
    CHECK_THROWS_AS(require_writable_target(directory / "link", false), input_error);
    CHECK(test::names_in(directory.path()) == strings{"link", "out"});
}

TEST_CASE("an output that appeared meanwhile is not replaced without force") {
    const test::temporary_directory directory;
    staged_output staged(directory / "out.safetensors", false);
    test::write_text(staged.directory() / "a", "new");
    test::write_text(directory / "out.safetensors", "theirs");
    CHECK_THROWS_AS(staged.publish(staged.directory() / "a"), input_error);
    // Between publish()'s look and its rename the system itself watches.
    CHECK_THROWS_AS(
        detail::rename_atomically(staged.directory() / "a", directory / "out.safetensors", RENAME_NOREPLACE),
        input_error);
    CHECK(test::read_text(directory / "out.safetensors") == "theirs");
}

TEST_CASE("force replaces a directory or a file by either") {
    const test::temporary_directory directory;
    const auto out = directory / "out.safetensors";
    const auto as_file = [&](const std::string& text) {
        staged_output staged(out, true);
        test::write_text(staged.directory() / "a", text);
        staged.publish(staged.directory() / "a");
    };
    publish_text(out, "directory 1", true);
    publish_text(out, "directory 2", true);
    CHECK(test::read_text(out / "model.safetensors") == "directory 2");
    as_file("file 1");
    as_file("file 2");
    CHECK(test::read_text(out) == "file 2");
    publish_text(out, "directory 3", true);
    CHECK(test::read_text(out / "model.safetensors") == "directory 3");
    CHECK(test::names_in(directory.path()) == strings{"out.safetensors"});
}

TEST_CASE("force replaces a link and not what it leads to") {
    const test::temporary_directory directory;
    publish_text(directory / "run", "precious");
    create_symlink("run", directory / "out");
    publish_text(directory / "out", "new", true);
    CHECK(test::read_text(directory / "run/model.safetensors") == "precious");
    CHECK(test::read_text(directory / "out/model.safetensors") == "new");
    CHECK_FALSE(is_symlink(directory / "out"));
}

TEST_CASE("force replaces nothing but one checkpoint") {
    const test::temporary_directory directory;
    const auto refusal = [&](const char* name) {
        return test::message_of<input_error>([&] { staged_output(directory / name, true); });
    };
    test::write_text(directory / "home/thesis.tex", "");
    CHECK(refusal("home").ends_with("home: is not replaced, because it is not a checkpoint's directory"));
    test::write_text(directory / "run/model.safetensors", "");
    test::write_text(directory / "run/checkpoint-500/model.safetensors", "");
    CHECK(refusal("run").ends_with("run: is not replaced, because it holds the directory checkpoint-500"));
    test::write_text(directory / "notes.txt", "");
    CHECK(refusal("notes.txt").ends_with("notes.txt: is not replaced, because it is not a checkpoint"));
    CHECK(test::names_in(directory.path()) == strings{"home", "notes.txt", "run"});

    create_directory(directory / "empty");
    CHECK(refusal("empty").empty());

    merge_recipe recipe;
    recipe.side_files.emplace()["templates/tool.jinja"] = "";
    test::write_text(directory / "merged/model.safetensors", "");
    test::write_text(directory / "merged/templates/tool.jinja", "");
    CHECK(refusal("merged").ends_with("because it holds the directory templates"));
    test::write_text(directory / "merged/bouillon-recipe.json", to_json(recipe, 2));
    CHECK(refusal("merged").empty());
    test::write_text(directory / "merged/templates/notes.txt", "");
    CHECK(refusal("merged").ends_with("because it holds the directory templates"));
}

TEST_CASE("where a file system cannot exchange two names the old output is never lost") {
    const test::temporary_directory directory;
    test::write_text(directory / "new/a", "new");
    test::write_text(directory / "out/a", "old");
    detail::swap_in_two_steps(directory / "new", directory / "out", directory / "aside");
    CHECK(test::read_text(directory / "out/a") == "new");
    CHECK(test::read_text(directory / "aside/a") == "old");

    CHECK_THROWS_AS(detail::swap_in_two_steps(directory / "missing", directory / "out", directory / "aside2"),
                    work_error);
    CHECK(test::read_text(directory / "out/a") == "new");
    CHECK_FALSE(exists(directory / "aside2"));
}

TEST_CASE("a directory that cannot be made is a work error") {
    const test::temporary_directory directory;
    test::write_text(directory / "file", "");
    CHECK_THROWS_AS(staged_output(directory / "file/out", false), work_error);
}
